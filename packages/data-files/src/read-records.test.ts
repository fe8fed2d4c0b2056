import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, failure, fileOf, folderOf } from './files.test-helper.js';
import { readRecords, type ReadRecordsOptions } from './read-records.js';

/** Bytes in pieces of one size. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const read = (content: string | Uint8Array, options?: ReadRecordsOptions) =>
  collect(readRecords(pieces(Buffer.from(content), 5), options));
const fields = async (content: string | Uint8Array, options?: ReadRecordsOptions) =>
  (await read(content, options)).map((record) => record.fields);

const text = fc.string({
  unit: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('a', ' ', ',', ';', '\t', '|', '"', '\n', '\r', '\r\n', '\ufeff', 'é', '🎬'),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((c) => c !== '\0'),
    },
  ),
  maxLength: 12,
});
const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;

describe('readRecords', () => {
  it('reads any table back as it was written, wherever the pieces are cut', async () => {
    const table = fc.record({
      rows: fc.array(fc.tuple(text, text, text), { maxLength: 6 }),
      delimiter: fc.constantFrom(',', '\t', ';', '|'),
      newline: fc.constantFrom('\n', '\r\n', '\r'),
      mark: fc.boolean(),
      encoding: fc.constantFrom('utf8' as const, 'utf16le' as const),
      size: fc.integer({ min: 1, max: 40 }),
      last: fc.boolean(),
      packed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(table, async ({ rows, delimiter, newline, mark, encoding, size, last, packed }) => {
        const lines = [['id', 'text', 'label'], ...rows].map((row, i) =>
          row
            .map((field, j) => (i === 0 || (j === 0 && /^[a ]+$/.test(field)) ? field : quoted(field)))
            .join(delimiter),
        );
        const content = lines.join(newline) + (last ? newline : '');
        const marked = mark || encoding === 'utf16le' ? `\ufeff${content}` : content;
        const bytes = Buffer.from(marked, encoding);
        const found = await collect(
          readRecords(pieces(packed ? gzipSync(bytes, { level: 1 }) : bytes, size), {
            format: delimiter === '\t' ? 'tsv' : undefined,
          }),
        );
        expect(found.map((record) => record.fields)).toEqual(
          rows.map(([id, own, label]) => ({ id, text: own, label })),
        );
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('reads any objects and lines back, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (texts, size) => {
          const jsonl = Buffer.from(texts.map((each) => `${JSON.stringify({ text: each })}\n`).join('\n'));
          const objects = await collect(readRecords(pieces(jsonl, size)));
          expect(objects.map((record) => record.fields['text'])).toEqual(texts);
          expect(objects.map((record) => record.line)).toEqual(texts.map((_, i) => 2 * i + 1));
          const plain = texts.map((each) => `x${each.replaceAll(/[\r\n]/g, ' ')}`);
          const lines = await collect(
            readRecords(pieces(Buffer.from(plain.join('\n')), size), { format: 'lines' }),
          );
          expect(lines).toEqual(plain.map((each, i) => ({ fields: { text: each }, line: i + 1 })));
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });

  it('names the line that a row begins at, after quoted newlines and blank lines', async () => {
    const found = await read('text,label\n"a\nb",x\n\n\n"c\r\n\r\nd",y\ne,z\n');
    expect(found.map((record) => record.line)).toEqual([2, 6, 9]);
  });

  it('takes a quote within a field for itself', async () => {
    expect(await fields('text,label\n5" disk,x\n"a ""b"" c",y\n')).toEqual([
      { text: '5" disk', label: 'x' },
      { text: 'a "b" c', label: 'y' },
    ]);
  });

  it('takes all quotes for themselves when it is told to', async () => {
    expect(await fields('text\tlabel\n"a\tx\nb" c"\ty\n', { quotes: false })).toEqual([
      { text: '"a', label: 'x' },
      { text: 'b" c"', label: 'y' },
    ]);
  });

  it('tells the format by the name or the first line', async () => {
    expect(await fields('{"text": "a", "n": 5, "list": [1], "none": null, "yes": true}')).toEqual([
      { text: 'a', n: '5', yes: 'true' },
    ]);
    expect(await fields('text;label\n"a;b";c\n')).toEqual([{ text: 'a;b', label: 'c' }]);
    expect(await fields('text\tlabel\na, b\tc\n')).toEqual([{ text: 'a, b', label: 'c' }]);
    expect(await fields('just words\r\n\r\nmore\r\n')).toEqual([
      { text: 'just words' },
      { text: '' },
      { text: 'more' },
    ]);
    expect(await fields('a,b\n', { format: 'lines' })).toEqual([{ text: 'a,b' }]);
    const csv = 'text\na b\n';
    expect(await collect(readRecords(fileOf('a.csv', csv)))).toEqual([{ fields: { text: 'a b' }, line: 2 }]);
    expect(await collect(readRecords(fileOf('a.csv.gz', gzipSync(csv))))).toHaveLength(1);
    expect(await collect(readRecords(fileOf('a.txt', csv)))).toHaveLength(2);
  });

  it('numbers the columns of a table without a header, and takes any delimiter', async () => {
    expect(await fields('a^b\n', { header: false, delimiter: '^', format: 'csv' })).toEqual([
      { 1: 'a', 2: 'b' },
    ]);
  });

  it('keeps the whole object of JSONL, and columns with names of JavaScript', async () => {
    const [record] = await read('{"text": "a", "labels": ["x"], "__proto__": "p"}');
    expect(record?.json).toEqual(JSON.parse('{"text": "a", "labels": ["x"], "__proto__": "p"}'));
    expect(Object.keys(record?.fields ?? {})).toEqual(['text', '__proto__']);
    const [row] = await read('__proto__,constructor\na,b\n');
    expect(Object.entries(row?.fields ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('gives nothing for nothing', async () => {
    for (const content of ['', '\ufeff', gzipSync('')]) expect(await read(content)).toEqual([]);
    expect(await read('text,label\n')).toEqual([]);
  });

  it('can be left early, stopped, and watched', async () => {
    const path = fileOf('a.csv', `text,label\n${'some words,x\n'.repeat(30_000)}`);
    for await (const record of readRecords(path)) {
      expect(record.fields['label']).toBe('x');
      break;
    }
    const reason = new Error('enough');
    await expect(collect(readRecords(path, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const seen: number[] = [];
    await collect(readRecords(path, { onBytes: (bytes) => seen.push(bytes) }));
    expect(seen.at(-1)).toBe(390_011);
    const source = Readable.from(pieces(Buffer.from('a\nb\n'), 1));
    for await (const _ of readRecords(source)) break;
    expect(source.destroyed).toBe(true);
  });
});

describe('readRecords refuses in one line', () => {
  const nul = 'text,label\na,b\nc\0,d\n';
  const latin1 = Buffer.from('text,label\na,b\ncaf\xe9,d\n', 'latin1');
  const refused: [string, string | Uint8Array, string][] = [
    [
      'a.csv',
      'text,label\na,b\nc,d,e\n',
      'BAD_ROW a.csv: line 3 has 3 columns, and the first row 2; quote texts that hold delimiters, quotes or newlines',
    ],
    [
      'a.csv',
      'text,label\n"a\nb",x\nc\n',
      'BAD_ROW a.csv: line 4 has 1 column, and the first row 2; quote texts that hold delimiters, quotes or newlines',
    ],
    [
      'a.csv',
      'text,label\na,b\n"c,d\n',
      'BAD_CSV a.csv: a quote that opens in the row at line 3 is never closed; write it as "", or read without quotes (--no-quotes)',
    ],
    ['a.csv', 'text, text\na,b\n', 'BAD_HEADER a.csv: line 1 has two columns "text"; rename one of them'],
    [
      'a.jsonl',
      '{"text": "a"}\n\n{"text": \n',
      'BAD_JSON a.jsonl: line 3 is not a JSON object; write one object per line',
    ],
    [
      'a.json',
      '[{"text": "a"}]',
      'BAD_JSON a.json: line 1 is not a JSON object; write one object per line, not a list',
    ],
    [
      'a.jsonl',
      '['.repeat(100_000),
      'BAD_JSON a.jsonl: line 1 is not a JSON object; write one object per line, not a list',
    ],
    ['a.csv', nul, 'NOT_TEXT a.csv: line 3 holds a NUL byte; save the file as UTF-8 text'],
    [
      'a.csv',
      Buffer.from('text,label\n', 'utf16le'),
      'NOT_TEXT a.csv: line 1 holds a NUL byte; save the file as UTF-8 text',
    ],
    ['a.csv', latin1, 'NOT_UTF8 a.csv: line 3 is not valid UTF-8; convert the file to UTF-8'],
    [
      'a.csv',
      Buffer.concat([Buffer.from('\ufefftext', 'utf16le'), Buffer.of(0x61)]),
      'NOT_UTF8 a.csv: is not valid UTF-16; convert the file to UTF-8',
    ],
    [
      'a.csv.gz',
      'text,label\n',
      'NOT_GZIP a.csv.gz: is not a gzip file; pack it, or leave .gz out of its name',
    ],
    [
      'a.csv',
      gzipSync('text,label\na,b\n').subarray(0, -9),
      'TRUNCATED_GZIP a.csv: ends too early: it was not copied or packed whole; use a whole copy',
    ],
  ];
  it.each(refused.map(([name, content, message]) => ({ name, content, message })))(
    '$message',
    async ({ name, content, message }) => {
      expect(await failure(collect(readRecords(fileOf(name, content))))).toBe(message);
      const stream = readRecords(pieces(Buffer.from(content), 7), { name });
      expect(await failure(collect(stream))).toBe(message);
    },
  );

  it('a line, a row or a file that would fill the memory', async () => {
    const megabyte = Buffer.alloc(2 ** 20, 'a');
    const many = async function* (start: string, piece: Buffer) {
      yield Buffer.from(start);
      for (let i = 0; i < 70; i++) yield piece;
    };
    const line = readRecords(many('text,label\n', megabyte), { name: 'a.csv' });
    expect(await failure(collect(line))).toMatch(
      /^DOCUMENT_TOO_LONG a\.csv: line 2 has more than 67108864 bytes/,
    );
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a'));
    expect(await failure(collect(readRecords(fileOf('a.txt.gz', bomb))))).toMatch(
      /^GZIP_BOMB a\.txt\.gz: unpacks/,
    );
  });

  it('what is not a file', async () => {
    const folder = folderOf({ 'a.csv': 'text\n' });
    expect(await failure(collect(readRecords(join(folder, 'none.csv'))))).toBe(
      'NO_SUCH_PATH none.csv: no such file or folder; check the path',
    );
    expect(await failure(collect(readRecords(join(folder, 'a.csv', 'b'))))).toMatch(/^NO_SUCH_PATH /);
    expect(await failure(collect(readRecords(join(folder, 'x'.repeat(5000)))))).toMatch(
      /^FILE_ERROR .*ENAMETOOLONG/,
    );
    expect(await failure(collect(readRecords(folder)))).toMatch(/^NOT_A_FILE .*: is a folder; give a file$/);
    execFileSync('mkfifo', [join(folder, 'pipe')]); // would hang
    expect(await failure(collect(readRecords(join(folder, 'pipe'))))).toBe(
      'NOT_A_FILE pipe: is neither a file nor a folder; save its content as a file',
    );
    expect(await failure(collect(readRecords('/dev/null')))).toMatch(/^NOT_A_FILE /);
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    const path = fileOf('a.csv', 'text\n');
    chmodSync(path, 0);
    expect(await failure(collect(readRecords(path)))).toBe(
      "FILE_ERROR a.csv: can't be read (no permission); make it readable",
    );
  });

  it('a delimiter that is none', async () => {
    for (const delimiter of ['', '::', '"', '\n']) {
      expect(await failure(read('a', { delimiter }))).toMatch(/^BAD_OPTION delimiter: /);
    }
  });
});
