import assert from 'node:assert/strict';
import { model } from './language-model.js';
import { adam } from '@ulmfit/optimizers';
import { activationRegularization, temporalActivationRegularization } from '@ulmfit/regularizers';
import { createTrainer } from '@ulmfit/trainer';

const plugins = [activationRegularization(2), temporalActivationRegularization(1)];
const trainer = createTrainer({ model, optimizer: adam(), plugins });

assert.match(trainer.explain(), /^loss terms: activationRegularization, temporalActivationRegularization$/m);
