import fc from 'fast-check';
import { fileTask } from '@ulmfit/data-files';
import { gzipSync } from 'node:zlib';
import { joined, repeated, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { writingReader } from './writing-reader.js';

/** Makes a task of a file, and reads each of its sets. */
async function readTask(data: string): Promise<void> {
  const task = await fileTask({ data });
  for (const set of ['train', 'valid', 'test'] as const) {
    let count = 0;
    for await (const { labels } of task.labelled(set)) {
      count++;
      if (labels.some((label) => task.classes[label] === undefined)) throw new Error('a label of no class');
    }
    if (count !== task.counts[set]) throw new Error(`${count} texts of ${set}, not ${task.counts[set]}`);
  }
}

const csv = utf8(
  'title,text,label,split\r\nOne,"The first, naïve text",x,train\r\nTwo,"It is ""longer"",\nmuch. 映画 🎬",y,train\r\n' +
    'Three,the third,x,valid\r\nFour,,y,test\r\nFive,the last,,train\r\n',
);
const semicolons = utf8('text;label\nOne; x\nTwo;y\n\nThree;10\n');
const jsonl = utf8(
  '{"text": "one", "labels": ["x", "y"]}\n{"text": "two \\ud83c\\udfac", "labels": []}\n{"text": "three", "labels": null, "n": 1.5}\n',
);
const utf16 = new Uint8Array(Buffer.from('\ufefftext\tlabel\none\tx\ntwo\ty\n', 'utf16le'));
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes, { level: 1 }));

const bytes = fc.oneof(
  fc.constantFrom(
    Uint8Array.of(0xc3),
    Uint8Array.of(0xff, 0xfe),
    Uint8Array.of(0xfe, 0xff),
    Uint8Array.of(0),
  ),
  fc.uint8Array({ maxLength: 4 }),
);
const files = (header: string, pieces: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...pieces.map(utf8)) },
        { weight: 1, arbitrary: bytes },
      ),
      {
        maxLength: 30,
      },
    )
    .map((all) => joined(utf8(header), ...all));

// Without an extension, so that the format is found by what the file holds.
export const dataFilesReader = (): FuzzedReader =>
  writingReader('data', readTask, {
    name: 'tables and objects (.csv, .tsv, .jsonl)',
    samples: [
      ...[csv, semicolons, utf16, jsonl, gzip(csv)],
      utf8('{"text":"a","label":1}\n{"text":"b","label":true}\n'),
    ],
    hostile: () => [
      ...[
        '"',
        ',',
        '\n',
        '\r',
        '\r\n',
        '""',
        ',"',
        '"\n',
        '\0',
        '\ufeff',
        'some words,x\n',
        '"a ""quoted"" word",x\n',
      ].map((unit) =>
        joined(utf8('text,label\n'), repeated(utf8(unit), Math.ceil(500_000 / utf8(unit).length))),
      ),
      ...['a,', '[', '{"a":', '{}\n', '{"text":"some words","label":"x"}\n', '{"__proto__":{"a":1}}\n'].map(
        (unit) => repeated(utf8(unit), Math.ceil(500_000 / unit.length)),
      ),
      joined(utf8('text,label\n'), repeated(utf8('a,b,c\n'), 100_000)),
      utf8(`text,label\n${Array.from({ length: 50_000 }, (_, i) => `some text,${i}\n`).join('')}`),
      utf8(`{"text":"a","labels":[${'"x",'.repeat(100_000)}"y"]}\n`),
      utf8(`{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":"v"`).join()}}\n`),
      new Uint8Array(500_000).fill(0xff),
      gzip(new Uint8Array(40 * 2 ** 20).fill(0x61)),
    ],
    arbitrary: fc.oneof(
      files('text,label\n', [
        'a,x\n',
        'b,y\n',
        ',',
        '"',
        '""',
        '\n',
        '\r',
        '\r\n',
        'é',
        ' ',
        '"a\nb",z\n',
        'x',
      ]),
      files('{"text":"a","labels":["x"]}\n', [
        ...[
          '{"text":"b","labels":["y"]}\n',
          '{"text":"b","labels":[]}',
          '{',
          '}',
          '"text":',
          '"a"',
          ',',
          '[',
          ']',
        ],
        ...['null', '\n', '\\u0000'],
      ]),
    ),
  });
