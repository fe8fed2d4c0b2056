import '@tensorflow/tfjs'; // any backend, with gradients
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  classifierDropouts,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { createTrainer } from '@ulmfit/trainer';

const sizes = { vocabulary: 60_000, embedding: 40, hidden: 115, layers: 3 };
createTrainer({
  model: createLanguageModel(sizes),
  optimizer: adam(),
  plugins: [
    ...awdLstmDropouts({ preset: 'paper', multiplier: 0.7, rates: { embedding: 0.1 } }),
    activationRegularization(2),
    temporalActivationRegularization(1),
  ],
});
createTrainer({
  model: createClassifier({ ...sizes, classes: 2 }),
  optimizer: adam(),
  plugins: classifierDropouts({ multiplier: 0.5 }),
});
