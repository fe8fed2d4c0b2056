import assert from 'node:assert/strict';
import { model } from './language-model.js';
import { adam } from '@ulmfit/optimizers';
import { weightDrop } from '@ulmfit/regularizers';
import { createTrainer } from '@ulmfit/trainer';

const trainer = createTrainer({ model, optimizer: adam(), plugins: [weightDrop(0.5)] });

assert.match(trainer.explain(), /^rewrite weightHh: weightDrop$/m);
