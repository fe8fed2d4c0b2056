import fc from 'fast-check';
import { englishTokenizer, fastaiTokenizer } from '@ulmfit/text';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';

/** Bytes as UTF-16 code units: lone surrogates are texts too. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length & ~1).toString('utf16le');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));

const unit = fc.oneof(
  fc.constantFrom(
    ...[
      "'",
      '’',
      '.',
      '...',
      '…',
      ',',
      '-',
      '--',
      '/',
      '#',
      '(',
      ')',
      '[',
      '<br />',
      ' ',
      '  ',
      '\n',
      '\t',
      '\0',
    ],
    ...[
      'xxrep',
      'xxwrep',
      'xxbos',
      'xxpad',
      '&amp;',
      '&#39;',
      '&#x1F600;',
      '&lt',
      '&',
      ';',
      '#39;',
      '\\n',
      '@-@',
    ],
    ...[
      "n't",
      "'s",
      'U.S.',
      ':)',
      ':-(',
      'a.m.',
      '5km',
      '$',
      'http://x.org/a?b',
      'a@b.co',
      '10.0.0.1',
      'AAA',
      'Abc',
    ],
    ...[
      'e\u0301',
      '\u0301',
      '\u200d',
      '👨‍👩‍👧',
      '🏽',
      '\ud83d',
      '\udc00',
      '日本',
      'İ',
      'ß',
      '\u2028',
      '\ufeff',
      'word word word',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const anyText = fc.array(unit, { maxLength: 24 }).map((units) => units.join(''));

/** Runs of one unit, each a megabyte of UTF-16. */
export const longRuns: readonly string[] = [
  ...[
    'a',
    "'",
    "'’",
    "a'",
    '\u0301',
    'e\u0301',
    '😀',
    '👨‍👩‍👧',
    '\u200d',
    '.',
    '. ',
    '..a',
    '…',
    'xxrep ',
    'xxrep 3 a ',
    '&amp;',
  ],
  ...[
    '&#39;',
    '&#1',
    '&',
    '&lt',
    '&notit;',
    '(',
    ')',
    '[(',
    ':)',
    ':( ',
    '-',
    'a-',
    '1',
    '1.',
    '10.0.0.1.',
    'a.',
    '@',
    'a@a.',
  ],
  ...[
    'http://',
    '/',
    '#',
    ' ',
    '\n',
    '\n ',
    '\t',
    '\0',
    'A',
    'Ab',
    'A ',
    'a a ',
    'ab ',
    'ab ab b ',
    '\ud83d',
    '\udc00',
    '日',
    '日 ',
  ],
  ...[
    'İ',
    '$',
    'US$',
    "n't",
    'U.S.',
    'amp;',
    '<br />',
    '\\n',
    '1km',
    '°C.',
    '\u0085',
    '_',
    '٠',
    '٠.',
    'é.',
    '🏽',
  ],
];

export const megabyteOf = (run: string, characters = 2 ** 19): string =>
  run.repeat(Math.ceil(characters / run.length)).slice(0, characters);

export const tokenizerReader = (): FuzzedReader => {
  const { tokenize } = fastaiTokenizer();
  const english = englishTokenizer();
  const small = fastaiTokenizer({ cacheSize: 2 });
  return {
    name: 'tokenizer (any text)',
    samples: ["It's the U.S. film (1999), really... 'good'!!! :) xxrep 3 a &amp; b 日本 👍🏽 e\u0301", ' '].map(
      bytesOf,
    ),
    hostile: () => longRuns.map((run) => bytesOf(megabyteOf(run))),
    arbitrary: fc.oneof(anyText.map(bytesOf), anyText.map(utf8)),
    read(bytes) {
      const text = textOf(bytes);
      const tokens = tokenize(text);
      if (tokens[0] !== 'xxbos') throw new Error(`it begins with ${tokens[0]}`);
      // By itself too: fastai's rules shorten runs of one character before it sees them.
      english.tokenize(text);
      if (bytes.length > 4096) return;
      // The same whatever came before, and however much of it is remembered.
      const again = small.tokenize(text);
      if (
        tokens.length !== again.length ||
        !tokens.every((token, i) => token === again[i] && token !== '' && !token.includes(' '))
      )
        throw new Error(
          `other tokens with another cache: ${JSON.stringify(tokens)}, ${JSON.stringify(again)}`,
        );
    },
  };
};
