import '@tensorflow/tfjs'; // any backend, with gradients
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam, clipGlobalNorm, fastaiDecays, ntAsgd } from '@ulmfit/optimizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 400 }, (_, i) => 9 + ((i * i) % 11))]); // text as ids
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });

const optimizer = adam({ beta1: 0.7, decays: fastaiDecays });
const trainer = createTrainer({ model, optimizer, plugins: [clipGlobalNorm(0.25)] });
await trainer.fit({ stage: 'pretrain', train, validate: train, epochs: 2, lr: 4e-3, accumulate: 4 });

// AWD-LSTM's: the plugin watches the validation loss and tells the optimizer when to average.
const averaged = ntAsgd({ patience: 5, weightDecay: 1.2e-6 });
const second = createTrainer({
  model,
  optimizer: averaged.optimizer,
  plugins: [averaged.plugin, clipGlobalNorm(0.25)],
});
await second.fit({ stage: 'average', train, validate: train, epochs: 2, lr: 1 });
