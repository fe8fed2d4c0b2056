import { expect, it } from 'vitest';
import { nearest } from './nearest.js';

const settings = ['epochs', 'lr', 'batchSize', 'languageModel', 'window'];

it.each([
  ['epoch', 'epochs'],
  ['epohcs', 'epochs'],
  ['batchsize', 'batchSize'],
  ['languageModle', 'languageModel'],
  ['l', 'lr'],
  ['windows', 'window'],
])('of %s is %s', (word, known) => {
  expect(nearest(word, settings)).toBe(known);
});

it('is none where everything is far', () => {
  expect(nearest('momentum', settings)).toBeUndefined();
  expect(nearest('epochs', [])).toBeUndefined();
});
