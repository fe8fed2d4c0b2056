import '@tensorflow/tfjs'; // any backend, with gradients
import { createClassifier } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { adversarialTraining, rampUp, virtualAdversarialTraining } from '@ulmfit/semi-supervised';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const model = createClassifier({ vocabulary: 50, embedding: 8, hidden: 12, layers: 1, classes: 2 });
const labelled = TokenCorpus.fromDocuments([
  [2, 9, 14, 20],
  [2, 11, 30],
]);
const train = classifierLoader(labelled, [0, 1], { batchSize: 2 });
const more = TokenCorpus.fromDocuments([
  [2, 9, 30, 31],
  [2, 14, 11],
]);
const unlabelled = classifierLoader(more, undefined, { batchSize: 2, shuffle: true });

const trainer = createTrainer({
  model,
  optimizer: adam(),
  plugins: [adversarialTraining(), virtualAdversarialTraining({ unlabelled, weight: rampUp() })],
});
const { history } = await trainer.fit({ stage: 'classify', train, epochs: 2, lr: 1e-2 });
console.log(history[1]?.values); // loss, adversarial, virtualAdversarial, gradNorm
