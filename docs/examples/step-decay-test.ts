import assert from 'node:assert/strict';
import { simulate } from '@ulmfit/trainer';
import { stepDecay } from './step-decay.js';

const values = simulate(stepDecay({ every: 2, factor: 0.5 }).rate, 6);
assert.deepEqual(values, [1, 1, 0.5, 0.5, 0.25, 0.25]);
