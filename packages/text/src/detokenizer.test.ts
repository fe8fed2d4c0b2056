import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Detokenizer, fastaiTokenizer, specialTokens } from './index.js';

const textOf = (tokens: readonly string[]) => {
  const text = new Detokenizer({ english: true });
  return tokens.map((token) => text.push(token)).join('');
};

it.each([
  'It was a good film, and I liked it.',
  "I didn't see it; she's seen it (twice) already!",
  'He said: "what a film!" and left.',
  'THE END of a well-made film: 100% fun.',
  'It costs $20 and/or more?',
  'no no no no, at last!!!!',
])('brings back %s', (text) => {
  expect(textOf(fastaiTokenizer().tokenize(text))).toBe(text);
});

it('puts no space between words of a script that has none', () => {
  expect(textOf(['xxbos', '映画', 'は', 'good', 'です', '。'])).toBe('映画は good です。');
});

it('asks no repetition beyond reason, and drops marks that stand before nothing', () => {
  expect(textOf(['a', 'xxrep', '1000000', 'b'])).toBe(`a ${'b'.repeat(20)}`);
  expect(textOf(['xxrep', 'x', 'y', 'xxmaj', 'xxbos', 'z', 'xxup'])).toBe('x y z');
  expect(textOf(['xxwrep', '3', 'very', 'good'])).toBe('very very very good');
});

it('takes any tokens', () => {
  const token = fc.oneof(fc.constantFrom(...specialTokens, '"', '(', "'s", '7'), fc.string());
  fc.assert(
    fc.property(fc.array(token), (tokens) => {
      expect(typeof textOf(tokens)).toBe('string');
    }),
    { seed: 2, numRuns: 200 },
  );
});
