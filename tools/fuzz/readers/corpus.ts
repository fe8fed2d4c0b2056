import fc from 'fast-check';
import { readCorpus } from '@ulmfit/data-files';
import { gzipSync } from 'node:zlib';
import { joined, repeated, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { writingReader } from './writing-reader.js';

const gzip = (bytes: Uint8Array, level = 6) => new Uint8Array(gzipSync(bytes, { level }));

async function readAll(path: string): Promise<void> {
  for await (const document of readCorpus(path)) if (document === '') throw new Error('an empty document');
}

const text = utf8(
  '\ufeffOne\r\n\r\nThe first document, naïve.\n\n\nTwo\n\n映画 🎬 It is longer.\nMuch.\n\n\nThree\n',
);
const piece = fc.oneof(
  fc.constantFrom(
    ...['\n', '\n\n', '\n\n\n', '\r', '\r\n', ' ', '\ufeff', 'word', 'é', '🎬', '\0', '\u2028', '\u0085'].map(
      utf8,
    ),
  ),
  fc.constantFrom(
    Uint8Array.of(0xc3),
    Uint8Array.of(0x80),
    Uint8Array.of(0xed, 0xa0, 0x80),
    Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  ),
  fc.uint8Array({ maxLength: 6 }),
);
const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => joined(...pieces));

const hostileText = [
  ...['\n', 'a\n', '\r', '\r\n', 'a', ' ', '\n\n\n', 'a\n\n\n', 'a\n\n', '\u0085', '\ufeff', '\0'].map(
    (unit) => unit.repeat(Math.ceil(1_500_000 / utf8(unit).length)),
  ),
  `a${'\n'.repeat(1_500_000)}`,
  `a${'\n'.repeat(1_500_000)}b`,
  `${'\n'.repeat(1_500_000)}b`,
  `a${'\n\n'.repeat(1000)}b${'\n'.repeat(1_000_000)}`,
].map(utf8);

export const corpusReader = (): FuzzedReader =>
  writingReader('corpus.txt', readAll, {
    name: 'corpus text (.txt)',
    samples: [text, utf8('one\n\ntwo\n\nthree'), utf8('a b c')],
    hostile: () => [...hostileText, new Uint8Array(1_000_000), new Uint8Array(1_000_000).fill(0xff)],
    arbitrary: anyText,
  });

export const gzipReader = (): FuzzedReader =>
  writingReader('corpus.txt.gz', readAll, {
    name: 'gzip corpus (.txt.gz)',
    samples: [gzip(text), gzip(text, 0), joined(gzip(text), gzip(text))],
    hostile: () => [
      gzip(new Uint8Array(120 * 2 ** 20), 1),
      gzip(new Uint8Array(100 * 2 ** 20).fill(0x0a), 1),
      gzip(gzip(new Uint8Array(100 * 2 ** 20), 1)),
      gzip(repeated(gzip(utf8('a\n\n\n')), 100_000), 1),
      repeated(gzip(utf8('a\n\n\n')), 20_000),
    ],
    arbitrary: fc.oneof(
      anyText.map((bytes) => gzip(bytes, 1)),
      anyText.map((bytes) => joined(gzip(text), bytes)),
    ),
  });
