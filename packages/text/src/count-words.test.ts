import { expect, it } from 'vitest';
import { countWords } from './count-words.js';

it('counts words as Python does', () => {
  expect(countWords('')).toBe(0);
  expect(countWords(' a  b\n\tc ')).toBe(3);
  expect(countWords('a\u00a0b\u0085c\u001cd\u3000e\u2009f')).toBe(6);
  expect(countWords('a\ufeffb\u200bc')).toBe(1);
});
