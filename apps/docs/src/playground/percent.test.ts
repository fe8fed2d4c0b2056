import { expect, it } from 'vitest';
import { percent } from './percent.js';

it('never says that a model is certain', () => {
  expect([1, 0.9994, 0.5, 0.0006, 0].map(percent)).toEqual([
    '> 99.9 %',
    '99.9 %',
    '50.0 %',
    '0.1 %',
    '< 0.1 %',
  ]);
});
