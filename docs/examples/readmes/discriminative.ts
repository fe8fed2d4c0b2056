import '@tensorflow/tfjs'; // any backend, with gradients
import { createClassifier } from '@ulmfit/awd-lstm';
import { fastaiImdbClassifier, unfreezingPlan } from '@ulmfit/discriminative';
import { adam } from '@ulmfit/optimizers';
import { oneCyclePolicy } from '@ulmfit/schedulers';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const corpus = TokenCorpus.fromDocuments([
  [9, 10, 11],
  [12, 13],
  [11, 10, 9],
  [13, 12],
]); // texts as ids
const train = classifierLoader(corpus, [0, 1, 0, 1], { batchSize: 2, shuffle: true });
const model = createClassifier({ vocabulary: 20, embedding: 8, hidden: 8, layers: 3, classes: 2 });
const trainer = createTrainer({ model, optimizer: adam() });

for (const { stage, epochs, plugins } of unfreezingPlan(fastaiImdbClassifier)) {
  await trainer.fit({ stage, epochs, train, validate: train, plugins: [...plugins, oneCyclePolicy()] });
}
