import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpace } from '../python-text.js';
import { englishTokenizer } from './english-tokenizer.js';

const { tokenize } = englishTokenizer();

/** Strings rich in what the rules look at: affixes, exceptions, web addresses, other scripts, odd white space. */
const oddText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...' ….,:;!?()[]{}\'"’“-–—~+=*^/<>@#$%_\n\t\u00a0\u3000aB1'.split('')),
      fc.constantFrom(
        "n't",
        "'s",
        'U.S.',
        ':)',
        ':-(',
        'a.m.',
        'Mr.',
        '8)',
        '5km',
        '20°C.',
        "y'all",
        '...',
        'no',
      ),
      fc.constantFrom(
        'http://x.org',
        'a@b.co',
        '10.0.0.1',
        '日本',
        '😀',
        '👍🏽',
        'é',
        'e\u0301',
        '\ud83d',
        '\udc00',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

describe('englishTokenizer', () => {
  it.each([
    ["He said (twice!) it's fine:)", "He said ( twice ! ) it 's fine :)"],
    [
      "Mr. Okafor's ex-wife won't pay $4.50/kg, will she?",
      "Mr. Okafor 's ex - wife wo n't pay $ 4.50 / kg , will she ?",
    ],
    ['Meet me at 7pm, or 11a.m. sharp', 'Meet me at 7 pm , or 11 a.m. sharp'],
    [
      'Ask help@harbour.org or see www.tin-kettle.co.uk/menu?x=1.',
      'Ask help@harbour.org or see www.tin-kettle.co.uk/menu?x=1 .',
    ],
    ['http://files.pond.io:8080/a_b is up; 8.8.4.4 too', 'http://files.pond.io:8080/a_b is up ; 8.8.4.4 too'],
    ["The shed's cold; hell, he'll go", "The shed 's cold ; hell , he 'll go"],
    ["y'all couldn't've seen 3+4=7 or x=y", "y' all could n't 've seen 3 + 4=7 or x = y"],
    ['well…done......right', 'well … done ...... right'],
    ['It rained 12mm, then 5km² of mud at 20°C.', 'It rained 12 mm , then 5 km² of mud at 20 ° C .'],
    ['«Über» 「日本」 naïve—really--no', '« Über » 「 日本 」 naïve — really -- no'],
    ['🐈🐈 cats🐈!', '🐈 🐈 cats 🐈 !'],
    ['end.Start a.b.C I.B.M. U.S.', 'end . Start a.b . C I.B.M. U.S.'],
    ['Jan. 5 vs. feb. 6 (Dr. No) co. x.', 'Jan. 5 vs. feb . 6 ( Dr. No ) co. x.'],
    ["'tis 'em 'nuff rock 'n' roll", "' tis 'em 'nuff rock ' n ' roll"],
    ['(8) and 1988) and 8)', '( 8) and 1988 ) and 8)'],
  ])('splits %j', (text, tokens) => expect(tokenize(text)).toEqual(tokens.split(' ')));

  it('keeps white space other than single spaces between words', () => {
    expect(tokenize('two  spaces, tab\there \n')).toEqual([
      'two',
      ' ',
      'spaces',
      ',',
      'tab',
      '\t',
      'here',
      '\n',
    ]);
    expect(tokenize(' a ')).toEqual([' ', 'a']);
    expect(tokenize('')).toEqual([]);
  });

  it('lets a match over a space hide a shorter one', () => {
    expect(tokenize('a:(')).toEqual(['a', ':(']);
    expect(tokenize('a:( (')).toEqual(['a', ':', '(', '(']);
  });

  it('keeps further words whole, and says so in its fingerprint', () => {
    const custom = englishTokenizer({ wholeWords: ['C#-like'] });
    expect(custom.tokenize('C#-like, C#')).toEqual(['C#-like', ',', 'C', '#']);
    expect(custom.rules).not.toBe(englishTokenizer().rules);
  });

  it('refuses a cache of negative size', () => {
    expect(() => englishTokenizer({ cacheSize: -1 })).toThrow(
      'cacheSize is -1; it must be an integer from 0',
    );
  });

  it('loses nothing but single spaces', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        let at = 0;
        for (const token of tokenize(text)) {
          expect(token).not.toBe('');
          if (!text.startsWith(token, at) && text[at] === ' ') at++;
          expect(text.startsWith(token, at)).toBe(true);
          at += token.length;
        }
        expect(['', ' ']).toContain(text.slice(at));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('gives tokens of white space or of anything else, never both', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        for (const token of tokenize(text)) {
          const white = token.split('').filter((unit) => isSpace(unit.charCodeAt(0))).length;
          expect([0, token.length]).toContain(white);
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('gives the same tokens with any cache, in any order, again and again', () => {
    const [none, tiny] = [englishTokenizer({ cacheSize: 0 }), englishTokenizer({ cacheSize: 2 })];
    fc.assert(
      fc.property(fc.array(oddText, { maxLength: 6 }), (texts) => {
        const expected = texts.map((text) => none.tokenize(text));
        expect(texts.map((text) => tokenize(text))).toEqual(expected);
        expect(texts.map((text) => tiny.tokenize(text))).toEqual(expected);
        expect(texts.toReversed().map((text) => tiny.tokenize(text))).toEqual(expected.toReversed());
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('hands out arrays of its own', () => {
    tokenize("don't stop").length = 0;
    expect(tokenize("don't stop")).toEqual(['do', "n't", 'stop']);
  });
});
