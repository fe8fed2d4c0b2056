import { expect, it } from 'vitest';
import { tokenizerThreads } from './tokenizer-threads.js';

it('are as many as asked for, and no more than there are cores', () => {
  expect(tokenizerThreads(undefined, 4)).toBe(undefined);
  expect(tokenizerThreads(1, 4)).toBe(1);
  expect(tokenizerThreads(3, 4)).toBe(3);
  expect(tokenizerThreads(1024, 4)).toBe(4);
});
