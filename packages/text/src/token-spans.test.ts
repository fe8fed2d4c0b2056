import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastaiTokenizer } from './fastai-tokenizer.js';
import { joinFields } from './join-fields.js';
import { segmenterTokenizer } from './segmenter/segmenter-tokenizer.js';
import { tokenSpans } from './token-spans.js';

const english = fastaiTokenizer();
const german = segmenterTokenizer({ language: 'de' });
const japanese = segmenterTokenizer({ language: 'ja' });

/** Each token with what it stands for, but for marks, which stand for nothing. */
function pieces(text: string, tokens: readonly string[]): [string, string][] {
  return tokenSpans(text, tokens)
    .map(({ start, end }, i): [string, string] => [tokens[i] ?? '', text.slice(start, end)])
    .filter(([, piece]) => piece !== '');
}

describe('where tokens stand', () => {
  it.each([
    ['A good film.', 'a=A good=good film=film .=.'],
    ["Don't GO there!!", "do=Do n't=n't go=GO there=there !=! !=!"],
    ['Soooo GOOD 4 me', 's=S o=oooo good=GOOD 4=4 me=me'],
    ['very very very good, 3 times', 'very=very very very good=good ,=, 3=3 times=times'],
    ['fish &amp; chips', 'fish=fish &=& &=amp; chips=chips'],
    [
      'an &amp;amazing &quot;thing&quot;',
      `an=an &=& &=amp; amazing=amazing &=& '=quot; thing=thing &=& '=quot;`,
    ],
    ['one<br /><br />two', 'one=one \n\n=<br /><br /> two=two'],
    ['wait... what', 'wait=wait …=... what=what'],
    ['a/b#c', 'a=a /=/ b=b #=# c=c'],
    ['  xxmaj written  out ', 'written=written out=out'],
    ['Καλημέρα ΟΔΟΣ', 'καλημέρα=Καλημέρα οδος=ΟΔΟΣ'],
  ])('in English: %s', (text, expected) => {
    const tokens = english.tokenize(text);
    expect(
      pieces(text, tokens)
        .map(([token, piece]) => `${token}=${piece}`)
        .join(' '),
    ).toBe(expected);
  });

  it('in other languages, whatever form their letters have', () => {
    const text = 'Schöne GRÜSSE aus Köln';
    expect(pieces(text.normalize('NFD'), german.tokenize(text.normalize('NFD'))).map(([t]) => t)).toEqual([
      'schöne',
      'grüsse',
      'aus',
      'köln',
    ]);
    expect(
      pieces('この映画は面白い', japanese.tokenize('この映画は面白い'))
        .map(([, p]) => p)
        .join('|'),
    ).toBe(japanese.tokenize('この映画は面白い').slice(1).join('|'));
  });

  it('of fields, whose marks are written in the text', () => {
    const text = joinFields(['Title', 'a body']);
    expect(pieces(text, english.tokenize(text)).map(([, piece]) => piece)).toEqual([
      'xxfld',
      '1',
      'Title',
      'xxfld',
      '2',
      'a',
      'body',
    ]);
  });

  it('of tokens that look nothing like the text', () => {
    const text = 'running dogs ran';
    expect(tokenSpans(text, ['xxbos', 'MOVE', 'dogs', 'ZZZ'])).toEqual([
      { start: 0, end: 0 },
      { start: 0, end: 7 },
      { start: 8, end: 12 },
      { start: 13, end: 16 },
    ]);
    expect(tokenSpans('', ['xxbos', 'a', 'b'])).toEqual(Array(3).fill({ start: 0, end: 0 }));
    expect(tokenSpans('abc', [])).toEqual([]);
    expect(tokenSpans('a', ['xxrep', '999999999', 'a', 'xxwrep', '999999999', 'b']).length).toBe(6);
  });
});

const word = fc.constantFrom(
  ...[
    'good',
    'Bad',
    'FILM',
    "don't",
    'U.S.',
    '3.5',
    '...',
    '<br />',
    '&amp;',
    'soooo',
    '!!!',
    '$5',
    'a/b',
    '\n',
  ],
  ...[
    'naïve',
    'İstanbul',
    'ΟΔΟΣ',
    '映画',
    '👍🏽',
    'xxmaj',
    'xxrep',
    '4',
    '&lt;b&gt;',
    '(so-called)',
    '  ',
    'ß',
  ],
);
const texts = fc.oneof(
  fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
  fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

it('gives each token a span within the text, in their order, none over another', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(english, german, japanese), (text, tokenizer) => {
      const tokens = tokenizer.tokenize(text);
      const spans = tokenSpans(text, tokens);
      expect(spans).toHaveLength(tokens.length);
      let before = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThanOrEqual(start);
        before = end;
      }
      expect(before).toBeLessThanOrEqual(text.length);
    }),
    { seed: 3, numRuns: 400 },
  );
});

it('gives words that stand in the text as they are their own place', () => {
  const plain = fc.array(
    fc.tuple(
      fc.constantFrom('good', 'film', 'Bad', 'ok', 'a', '7', 'i'),
      fc.constantFrom(' ', ', ', '. ', ' - '),
    ),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(plain, (parts) => {
      const text = parts.flat().join('');
      const tokens = english.tokenize(text);
      fc.pre(!tokens.includes('xxwrep'));
      const spans = tokenSpans(text, tokens);
      tokens.forEach((token, i) => {
        if (token.startsWith('xx')) return;
        expect(text.slice(spans[i]?.start, spans[i]?.end).toLowerCase()).toBe(token);
      });
    }),
    { seed: 4, numRuns: 300 },
  );
});

it.each(['&amp;', 'a', 'xxrep 99 a ', '<br />', 'ab ', '!', 'İ', '&lt;'])(
  'takes linear time on a long run of %j',
  (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const tokens = english.tokenize(text);
    const begin = performance.now();
    expect(tokenSpans(text, tokens)).toHaveLength(tokens.length);
    expect(performance.now() - begin).toBeLessThan(5_000);
  },
);
