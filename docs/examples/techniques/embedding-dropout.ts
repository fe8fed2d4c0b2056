import assert from 'node:assert/strict';
import { model } from './language-model.js';
import { adam } from '@ulmfit/optimizers';
import { embeddingDropout } from '@ulmfit/regularizers';
import { createTrainer } from '@ulmfit/trainer';

const trainer = createTrainer({ model, optimizer: adam(), plugins: [embeddingDropout(0.02)] });

assert.match(trainer.explain(), /^rewrite embedding: embeddingDropout$/m);
