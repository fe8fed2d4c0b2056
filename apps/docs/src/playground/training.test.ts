import { expect, it } from 'vitest';
import { labelledLines } from './labelled-lines.js';
import { smoothed } from './smoothed.js';

it('reads lines with their labels', () => {
  expect(labelledLines('a: one: two\n\n  b c\tthree \r\na:four\nb c: five')).toEqual({
    lines: [
      { label: 'a', text: 'one: two' },
      { label: 'b c', text: 'three' },
      { label: 'a', text: 'four' },
      { label: 'b c', text: 'five' },
    ],
  });
});

it.each([
  ['a: one\n\ntwo', 'Line 3 has no label: write “label: text”.'],
  [': one', 'Line 1 has no label: write “label: text”.'],
  ['a:  ', 'Line 1 has no text after its label.'],
  [`a: ${'x'.repeat(501)}`, 'Line 1 has 501 characters: 500 at most.'],
  ['a: one\n'.repeat(501), 'These are 501 lines: paste 500 at most.'],
  ['a: one\na: two', 'Give lines of two classes at least.'],
  ['', 'Give lines of two classes at least.'],
  ['a: one\na: two\nb: three', 'Class b has one line: give 2 at least.'],
])('says what is wrong with %j', (pasted, error) => {
  expect(labelledLines(pasted)).toEqual({ error });
});

it('smooths figures without a bias', () => {
  expect(smoothed([2, 2, 2]).map((mean) => mean.toFixed(12))).toEqual(Array(3).fill('2.000000000000'));
  // (0.2 x 3 + 0.8 x 0.2 x 0) / (1 - 0.64)
  expect(smoothed([0, 3])[1]).toBeCloseTo(0.6 / 0.36, 12);
});
