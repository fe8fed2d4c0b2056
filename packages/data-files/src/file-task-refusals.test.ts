import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileTask, type FileTaskOptions } from './file-task.js';
import { collect, failure, fileOf, folderOf } from './files.test-helper.js';

const good = 'text,label\na,x\nb,y\nc,x\nd,y\n';
const many = (count: number) => Array.from({ length: count }, (_, i) => `text ${i},id ${i}\n`).join('');

describe('fileTask refuses in one line', () => {
  const of: [string, Readonly<Record<string, string>>, Omit<FileTaskOptions, 'data'>, string][] = [
    [
      'no such column',
      { 'a.csv': good },
      { labelColumn: 'section' },
      'NO_SUCH_COLUMN a.csv: has no column "section"; its columns are text, label',
    ],
    [
      'several columns of text, one unknown',
      { 'a.csv': good },
      { textColumns: ['title', 'text'] },
      'NO_SUCH_COLUMN a.csv: has no column "title"; its columns are text, label',
    ],
    [
      'no such split column',
      { 'a.csv': good },
      { splitColumn: 'set' },
      'NO_SUCH_COLUMN a.csv: has no column "set"; its columns are text, label',
    ],
    [
      'columns that tell nothing',
      { 'a.csv': 'a,b,c\n1,2,3\n' },
      {},
      "NO_SUCH_COLUMN a.csv: can't tell a text column by its name; its columns are a, b, c: name it by --text-column (textColumns)",
    ],
    [
      'a first row that is a text',
      { 'a.csv': 'x,no,The parcel came late and its box was wet.\ny,no,fine\n' },
      {},
      "NO_SUCH_COLUMN a.csv: can't tell a text column by its name; its columns are x, no, The parcel came late and its box was wet.: name it by --text-column (textColumns), or say that there is no header (--no-header)",
    ],
    [
      'no label column',
      { 'a.csv': 'text,b,c\n1,2,3\n' },
      {},
      "NO_SUCH_COLUMN a.csv: can't tell a label column by its name; its columns are text, b, c: name it by --label-column (labelColumn)",
    ],
    ['an empty file', { 'a.csv': '' }, {}, 'NO_ROWS a.csv: holds no texts; give a file that does'],
    [
      'a header alone',
      { 'a.csv': 'text,label\n' },
      {},
      'NO_ROWS a.csv: holds no texts; give a file that does',
    ],
    [
      'no labels at all',
      { 'a.csv': 'text,label\na,\nb,\n' },
      {},
      'NO_ROWS a.csv: no training text has a label; give some that have',
    ],
    [
      'one class',
      { 'a.csv': 'text,label\na,x\nb,x\n' },
      {},
      'ONE_CLASS a.csv: all training texts have the label "x"; give texts of two classes or more',
    ],
    [
      'an id as label',
      { 'a.csv': `text,label\n${many(50)}` },
      {},
      'TOO_MANY_CLASSES a.csv: 50 classes in 50 training texts; is this the right column of labels?',
    ],
    [
      'more classes than there are',
      { 'a.csv': `text,label\n${many(10_001)}` },
      {},
      'TOO_MANY_CLASSES a.csv: 10001 classes in 10001 training texts; is this the right column of labels?',
    ],
    [
      'labels of the test that training lacks',
      { 'a.csv': good, 'test.csv': `${good}e,z\nf,"q, r"\n` },
      { test: 'test.csv' },
      'UNKNOWN_LABEL test.csv: has the labels "q, r", "z", which no training text has; add such texts to training, or leave these rows out',
    ],
    [
      'labels of a split that training lacks',
      { 'a.csv': 'text,label,split\na,x,train\nb,y,train\nc,z,valid\n' },
      {},
      'UNKNOWN_LABEL a.csv (valid): has the label "z", which no training text has; add such texts to training, or leave these rows out',
    ],
    [
      'a label of white space',
      { 'a.csv': 'text,label\na,x\nb, \n' },
      {},
      'BAD_LABEL a.csv: line 3: the label is white space; correct it, or leave the field empty',
    ],
    [
      'a label that is an object',
      { 'a.jsonl': '{"text":"a","label":"x"}\n{"text":"b","label":{"y":1}}\n' },
      {},
      'BAD_LABEL a.jsonl: line 2: the label is an object, which is not a text; correct it',
    ],
    [
      'a list after texts',
      { 'a.jsonl': `${'{"text":"a","label":"x"}\n'.repeat(100)}{"text":"b","label":["y"]}\n` },
      {},
      'BAD_LABEL a.jsonl: line 101: the label is ["y"], which is not a text as those before it; correct it',
    ],
    [
      'a list with an empty text',
      { 'a.jsonl': '{"text":"b","labels":["y",""]}\n' },
      {},
      'BAD_LABEL a.jsonl: line 1: the label is empty; correct it, or leave the field empty',
    ],
    [
      'a row without a text',
      { 'a.jsonl': '{"text":"a","label":"x"}\n{"label":"y"}\n' },
      {},
      'BAD_ROW a.jsonl: line 2 has no text "text"; add it, or leave the row out',
    ],
    [
      'a split that is none',
      { 'a.csv': 'text,label,split\na,x,train\nb,y,holdout\n' },
      { splitColumn: 'split' },
      'UNKNOWN_SPLIT a.csv: line 3: the split is "holdout"; write train, valid, test or unlabelled',
    ],
    [
      'texts without labels',
      { 'a.txt': 'a\nb\n' },
      {},
      'NO_LABELS a.txt: holds texts without labels; give a table with a column of labels, or a folder for each class',
    ],
    [
      'a test without labels',
      { 'a.csv': good, 'test.csv': 'text\na\n' },
      { test: 'test.csv' },
      'NO_LABELS test.csv: holds texts without labels; give a table with a column of labels, or a folder for each class',
    ],
    [
      'unlabelled texts of other columns',
      { 'a.csv': good, 'u.csv': 'a,b,c\n1,2,3\n' },
      { unlabelled: 'u.csv' },
      "NO_SUCH_COLUMN u.csv: can't tell a text column by its name; its columns are a, b, c: name it by --text-column (textColumns)",
    ],
    [
      'a row of another width',
      { 'a.csv': `${good}e,x,y\n` },
      {},
      'BAD_ROW a.csv: line 6 has 3 columns, and the first row 2; quote texts that hold delimiters, quotes or newlines',
    ],
    [
      'no file',
      { 'a.csv': good },
      { test: 'none.csv' },
      'NO_SUCH_PATH none.csv: no such file or folder; check the path',
    ],
    [
      'a share that is none',
      { 'a.csv': good },
      { validShare: 2 },
      'BAD_SPLIT validShare is 2; it must be from 0 to below 1',
    ],
    [
      'no number of rows',
      { 'a.csv': good },
      { rowsPerClass: 0 },
      'BAD_OPTION rowsPerClass is 0; it must be an integer from 1',
    ],
    [
      'an empty delimiter of labels',
      { 'a.csv': good },
      { labelDelimiter: '' },
      'BAD_OPTION labelDelimiter: is empty; give one such as |',
    ],
  ];
  it.each(of.map(([what, files, options, message]) => ({ what, files, options, message })))(
    '$what',
    async ({ files, options, message }) => {
      const folder = folderOf(files);
      const [data = ''] = Object.keys(files);
      const paths = Object.fromEntries(
        (['test', 'unlabelled'] as const).flatMap((set) =>
          options[set] ? [[set, join(folder, options[set])]] : [],
        ),
      );
      expect(await failure(fileTask({ ...options, data: join(folder, data), ...paths }))).toBe(message);
    },
  );

  it('folders without texts', async () => {
    const folder = folderOf({ 'notes.md': 'no', 'pos/image.png': 'no' });
    expect(await failure(fileTask({ data: folder }))).toMatch(
      /^NO_TEXTS .*: holds no labelled texts; give a folder with a folder of \.txt files for each class$/,
    );
    const data = fileOf('a.csv', good);
    expect(await failure(fileTask({ data, unlabelled: folder }))).toMatch(
      /^NO_TEXTS .*: holds no texts; give a folder of \.txt files$/,
    );
    expect(await failure(fileTask({ data: folderOf({ '1.txt': 'a', '2.txt': 'b' }) }))).toMatch(/^NO_TEXTS /);
    expect(await failure(fileTask({ data: folderOf({ 'pos/1.txt': 'a\0' }) }))).toBe(
      'NOT_TEXT pos/1.txt: line 1 holds a NUL byte; save the file as UTF-8 text',
    );
  });

  it('a file that changes while it is in use', async () => {
    const data = fileOf('a.csv', good);
    const task = await fileTask({ data });
    appendFileSync(data, 'e,x\n');
    expect(await failure(collect(task.labelled('train')))).toBe(
      'DATA_CHANGED a.csv: changed while in use; start again',
    );
    const folder = folderOf({ 'x/1.txt': 'a', 'y/1.txt': 'b' });
    const texts = await fileTask({ data: folder, validShare: 0 });
    writeFileSync(join(folder, 'y/1.txt'), 'longer');
    expect(await failure(collect(texts.labelled('train')))).toMatch(/^DATA_CHANGED /);
  });

  it('a stop, at once and under way', async () => {
    const data = fileOf('a.csv', `text,label\n${'some words,x\nother words,y\n'.repeat(5000)}`);
    const reason = new Error('enough');
    await expect(fileTask({ data, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const task = await fileTask({ data });
    await expect(collect(task.labelled('train', { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const stop = new AbortController();
    const reading = fileTask({ data, signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('fileTask', () => {
  it('leaves out hidden files, and folders in folders of a class', async () => {
    const folder = folderOf({ 'x/1.txt': 'a', 'y/1.txt': 'b', '.git/x/1.txt': 'no', 'x/.DS_Store': 'no' });
    mkdirSync(join(folder, 'x', 'deeper.txt'));
    const task = await fileTask({ data: folder, validShare: 0 });
    expect(task).toMatchObject({ classes: ['x', 'y'], counts: { train: 2, valid: 0, test: 0 } });
  });

  it('tells how far the first reading is', async () => {
    const content = `text,label\n${'some words,x\nother words,y\n'.repeat(1000)}`;
    const seen: [number, number, number][] = [];
    await fileTask({
      data: fileOf('a.csv', content),
      onProgress: ({ rows, bytes, totalBytes }) => seen.push([rows, bytes, totalBytes]),
    });
    expect(seen.map(([rows]) => rows)).toEqual([1000, 2000, 2000]);
    expect(seen.at(-1)).toEqual([2000, content.length, content.length]);
  });
});
