import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from './create-tokenizer.js';
import { englishTokenizer } from './english/english-tokenizer.js';
import { fastaiTokenizer } from './fastai-tokenizer.js';
import { joinFields } from './join-fields.js';
import type { Tokenizer } from './tokenizer.js';

const { tokenize } = fastaiTokenizer();
const english = englishTokenizer();

describe('fastaiTokenizer', () => {
  it.each([
    ['', 'xxbos'],
    ['Meet me at 7pm', 'xxbos xxmaj meet me at 7 pm'],
    ['WOW!!!! Soooo good...', 'xxbos xxup wow xxrep 4 ! s xxrep 4 o good …'],
    ['row row row (your) boat', 'xxbos xxwrep 3 row ( your ) boat'],
    ['end.Start I.B.M. U.S.', 'xxbos end.start xxup i.b.m . xxup u.s .'],
    ['7/10, #1', 'xxbos 7 / 10 , # 1'],
  ])('%j', (text, tokens) => expect(tokenize(text)).toEqual(tokens.split(' ')));

  it('writes spaces within tokens as ▁', () => {
    expect(tokenize('one\n two')).toEqual(['xxbos', 'one', '\n▁', 'two']);
  });

  it('never throws, and gives no empty token and no space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const tokens = tokenize(text);
        expect(tokens[0]).toBe('xxbos');
        expect(tokens.every((token) => token !== '' && !token.includes(' '))).toBe(true);
      }),
      { seed: 4, numRuns: 2000 },
    );
  });

  // A step of quadratic time would take minutes on these; all of them together take a second or two.
  it.each([
    'a',
    "'",
    '.',
    '…',
    '-',
    'a-',
    'a.',
    '@',
    'a@a.',
    ':)',
    ':( ',
    "'’",
    'a a ',
    'ab ',
    'A',
    '1',
    '1.',
    '\u0301',
    '😀',
    '日',
    '\ud83d',
    '\udc00',
    '&',
    '&#1',
    '&lt',
    ' ',
    '\n',
    '$',
    '(',
    'http://',
    '/',
  ])('takes linear time on a long run of %j', (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const start = performance.now();
    expect(tokenize(text).length + english.tokenize(text).length).toBeGreaterThan(1);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('createTokenizer', () => {
  const letters: Tokenizer = { name: 'letters', rules: 'letters/1', tokenize: (text) => [...text] };

  it('puts rules before and after a tokenizer of any kind', () => {
    const tokenizer = createTokenizer({
      rules: [
        { name: 'drop-spaces/1', apply: (text) => text.replaceAll(' ', '') },
        { name: 'lower/1', apply: (text) => text.toLowerCase() },
      ],
      base: letters,
      tokenRules: [{ name: 'bracket/1', apply: (token) => `[${token}]` }],
    });
    expect(tokenizer.tokenize('A b')).toEqual(['[a]', '[b]']);
    expect(tokenizer.name).toBe('letters');
    expect(tokenizer.rules).toBe('drop-spaces/1 lower/1 | letters/1 | bracket/1');
  });

  it('has the fingerprint of its base when it adds nothing', () => {
    expect(createTokenizer({ base: letters }).rules).toBe('letters/1');
  });
});

describe('joinFields', () => {
  it('marks the fields of several only', () => {
    expect(joinFields(['title', 'body'])).toBe('xxfld 1 title xxfld 2 body');
    expect(joinFields(['body'])).toBe('body');
    expect(tokenize(joinFields(['A b', 'c']))).toEqual('xxbos xxfld 1 a b xxfld 2 c'.split(' '));
  });
});
