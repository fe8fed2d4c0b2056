import '@tensorflow/tfjs'; // any backend, with gradients
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { tensorBoard } from '@ulmfit/tensorboard';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 400 }, (_, i) => 9 + ((i * i) % 11))]); // text as ids
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });
const trainer = createTrainer({ model, optimizer: adam() });

const folder = join(mkdtempSync(join(tmpdir(), 'runs-')), 'tensorboard');
await trainer.fit({
  stage: 'fine-tune',
  train,
  validate: train,
  epochs: 2,
  lr: 0.004,
  plugins: [tensorBoard(folder)],
});
