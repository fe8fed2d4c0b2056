import assert from 'node:assert/strict';
import { model } from './language-model.js';
import { adam } from '@ulmfit/optimizers';
import { hiddenDropout, inputDropout, outputDropout } from '@ulmfit/regularizers';
import { createTrainer } from '@ulmfit/trainer';

const plugins = [inputDropout(0.25), hiddenDropout(0.15), outputDropout(0.1)];
const trainer = createTrainer({ model, optimizer: adam(), plugins });

assert.match(trainer.explain(), /^rewrite input: inputDropout$/m);
