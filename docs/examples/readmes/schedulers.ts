import '@tensorflow/tfjs'; // any backend, with gradients
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import {
  findLearningRate,
  learningRateSchedule,
  oneCyclePolicy,
  slantedTriangular,
} from '@ulmfit/schedulers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 400 }, (_, i) => 9 + ((i * i) % 11))]); // text as ids
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });
const trainer = createTrainer({ model, optimizer: adam() });

const { suggestions } = await findLearningRate(trainer, { train }); // everything is restored afterwards
await trainer.fit({
  stage: 'one-cycle',
  train,
  epochs: 2,
  lr: suggestions.valley,
  plugins: [oneCyclePolicy()],
});
const slanted = learningRateSchedule(slantedTriangular());
await trainer.fit({ stage: 'fine-tune', train, epochs: 2, lr: 0.004, plugins: [slanted] });
