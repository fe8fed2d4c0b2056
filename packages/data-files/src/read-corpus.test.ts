import { execFileSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWords } from '@ulmfit/text';
import { failure } from '../../files/src/failure.test-helper.js';
import { temporaryFolder } from '../../files/src/temporary-folder.test-helper.js';
import { sharedData } from '../../data-imdb/src/shared.test-helper.js';
import { readCorpus, type ReadCorpusOptions } from './read-corpus.js';
import { splitDocuments } from './split-documents.js';

async function read(path: string, options?: ReadCorpusOptions): Promise<string[]> {
  const documents: string[] = [];
  for await (const document of readCorpus(path, options)) documents.push(document);
  return documents;
}

async function file(content: string | Uint8Array, name = 'corpus.txt'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const TEXT = 'One\n\nThe first document.\n\n\nTwo\n\nThe second. It is longer.\nMuch.\n\n\nThree\n\nLast.\n';
const DOCUMENTS = ['One\n\nThe first document.', 'Two\n\nThe second. It is longer.\nMuch.', 'Three\n\nLast.'];

async function* pieces<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}

describe('readCorpus', () => {
  it('splits documents at two blank lines', async () => {
    expect(await read(await file(TEXT))).toEqual(DOCUMENTS);
    expect(await read(await file(gzipSync(TEXT), 'corpus.txt.gz'))).toEqual(DOCUMENTS);
  });

  it('reads CR LF, a byte order mark and blank lines around documents alike', async () => {
    expect(await read(await file(`\ufeff\n\n\n${TEXT.replaceAll('\n', '\r\n')}\r\n\r\n`))).toEqual(DOCUMENTS);
    expect(await read(await file(TEXT.replaceAll('\n\n\n', '\n\n\n\n\n\n\n')))).toEqual(DOCUMENTS);
  });

  it('splits a file without two blank lines at single ones, else takes it whole', async () => {
    expect(await read(await file('a b\nc\n\nd\n\ne\n'))).toEqual(['a b\nc', 'd', 'e']);
    expect(await read(await file('a b\n\nc\n\n\n'))).toEqual(['a b', 'c']);
    expect(await read(await file('a b\nc'))).toEqual(['a b\nc']);
  });

  it('reads a folder in the order of its names, each file by its own separator', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'b.txt'), 'three\n\nfour');
    await writeFile(join(folder, 'a.txt.gz'), gzipSync('one\n\n1\n\n\ntwo'));
    await writeFile(join(folder, 'notes.md'), 'no');
    await writeFile(join(folder, 'empty.txt'), '');
    expect(await read(folder)).toEqual(['one\n\n1', 'two', 'three', 'four']);
  });

  it('follows links in a folder', async () => {
    const folder = await temporaryFolder();
    await symlink(await file('one'), join(folder, 'a.txt'));
    expect(await read(folder)).toEqual(['one']);
    await symlink(join(folder, 'nowhere'), join(folder, 'b.txt'));
    expect(await failure(read(folder))).toMatchObject({
      code: 'NO_SUCH_PATH',
      message: `${folder}/b.txt: no such file or folder; give one that is there`,
    });
  });

  it('takes linear time on blank lines', async () => {
    for (const text of [`a${'\n'.repeat(1_000_000)}`, `a${'\n\n'.repeat(500)}b${'\n'.repeat(1_000_000)}`]) {
      const start = performance.now();
      expect((await read(await file(text))).at(0)).toBe('a');
      expect(performance.now() - start).toBeLessThan(5_000); // in the square of its length it would take minutes
    }
  });

  it('stops after the document that reaches the words asked', async () => {
    const path = await file(TEXT); // 4, 7 and 2 words
    for (const [words, count] of [
      [1, 1],
      [4, 1],
      [5, 2],
      [11, 2],
      [12, 3],
      [1000, 3],
    ] as const) {
      expect(await read(path, { words }), `${words} words`).toHaveLength(count);
    }
  });

  it('can be left early and aborted', async () => {
    const path = await file(gzipSync('word word\n\n\n'.repeat(200_000)), 'corpus.txt.gz');
    for await (const document of readCorpus(path)) {
      expect(document).toBe('word word');
      break;
    }
    const reason = new Error('enough');
    await expect(read(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('readCorpus refuses', () => {
  it('what is not there, of another kind, or empty', async () => {
    const folder = await temporaryFolder();
    expect(await failure(read(join(folder, 'none.txt')))).toMatchObject({ code: 'NO_SUCH_PATH' });
    expect(await failure(read(await file('text', 'corpus.pdf')))).toMatchObject({ code: 'BAD_EXTENSION' });
    expect(await failure(read(await file('text', 'corpus.gz')))).toMatchObject({ code: 'BAD_EXTENSION' });
    expect(await failure(read(folder))).toMatchObject({ code: 'EMPTY_CORPUS' });
    expect(await failure(read(await file(' \n\n\n \n')))).toMatchObject({ code: 'EMPTY_CORPUS' });
    expect(await failure(read(await file(gzipSync(''), 'corpus.txt.gz')))).toMatchObject({
      code: 'EMPTY_CORPUS',
    });
  });

  it.skipIf(process.platform === 'win32')('a pipe, which would wait for its writer', async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder, 'pipe.txt');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder])
      expect(await failure(read(path))).toMatchObject({
        code: 'NOT_A_FILE',
        message: `${pipe}: is neither a file nor a folder; save its content as a file`,
      });
  });

  it.each([0, -1, 1.5, NaN])('%d words', async (words) => {
    expect(await failure(read(await file(TEXT), { words }))).toMatchObject({ code: 'BAD_WORDS' });
  });

  it('what is not UTF-8, with file and line', async () => {
    const latin1 = Buffer.concat([Buffer.from('é\nfine\n\n\n'), Buffer.from('caf\xe9\nmore\n', 'latin1')]);
    const { code, message } = await failure(read(await file(latin1)));
    expect(code).toBe('NOT_UTF8');
    expect(message).toMatch(/corpus\.txt: line 5 is not valid UTF-8/);
  });

  it('a gzip that is cut off or is none', async () => {
    const whole = gzipSync(TEXT);
    const cut = await file(whole.subarray(0, whole.length - 12), 'cut.txt.gz');
    expect(await failure(read(cut))).toMatchObject({ code: 'TRUNCATED_GZIP' });
    expect(await failure(read(await file(TEXT, 'plain.txt.gz')))).toMatchObject({ code: 'NOT_GZIP' });
  });
});

describe('pieces', () => {
  it('split into the same documents wherever they are cut', async () => {
    const text = fc
      .array(fc.constantFrom('\n', 'a', ' b', '\n\n', '\n\n\n', 'é'), { maxLength: 40 })
      .map((t) => t.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (whole, size) => {
        const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
          whole.slice(i * size, (i + 1) * size),
        );
        const split: string[] = [];
        for await (const document of splitDocuments(pieces(chunks), '\n\n\n', 'x')) split.push(document);
        const expected = whole.split('\n\n\n').map((d) => d.replace(/^\n+|\n+$/g, ''));
        const words = (documents: string[]) => documents.filter((d) => d !== '');
        expect(words(split)).toEqual(words(expected));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

const shared = sharedData('wikipedia-train.txt.gz');
describe.skipIf(!shared)(
  'readCorpus over the shared corpus (skipped without shared/data/wikipedia-train.txt.gz)',
  () => {
    it('takes two million words as 769 documents', async () => {
      const documents = await read(shared ?? '', { words: 2_000_000 });
      expect(documents).toHaveLength(769);
      expect(documents.reduce((total, document) => total + countWords(document), 0)).toBe(2_001_218);
    });

    it('reads all of it', async () => {
      let count = 0;
      let words = 0;
      for await (const document of readCorpus(shared ?? '')) {
        count++;
        words += countWords(document);
      }
      expect([count, words]).toEqual([3617, 8_787_171]);
    });
  },
);
