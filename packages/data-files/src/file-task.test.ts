import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import {
  summarizeTask,
  type ClassificationTask,
  type LanguageModelTexts,
  type TaskSplit,
} from '@ulmfit/text';
import { describe, expect, it } from 'vitest';
import { fileTask, type FileTask } from './file-task.js';
import { collect, failure, fileOf, folderOf } from './files.test-helper.js';

const named = async (task: ClassificationTask, split: TaskSplit) =>
  (await collect(task.labelled(split))).map(
    ({ text, labels }) => `${text}: ${labels.map((label) => task.classes[label]).join(' ')}`,
  );
const texts = (task: ClassificationTask, from: LanguageModelTexts) => collect(task.languageModelTexts(from));

/** A table of `rows` texts in two classes, three of four in the first. */
const table = (rows: number) =>
  `text,label\n${Array.from({ length: rows }, (_, i) => `"Text, ${i}",${i % 4 === 0 ? 'rare' : 'common'}\n`).join('')}`;

describe('fileTask', () => {
  it('reads a table, guesses its columns and holds a share out of each class', async () => {
    const task = await fileTask({ data: fileOf('tickets.csv', table(40)) });
    expect(task).toMatchObject({
      name: 'tickets.csv',
      classes: ['common', 'rare'],
      multiLabel: false,
      counts: { train: 36, valid: 4, test: 0 },
      textColumns: ['text'],
      labelColumn: 'label',
      guessed: ['text column: text (guessed)', 'label column: label (guessed)'],
      notes: [],
    });
    const valid = await named(task, 'valid');
    expect(valid.map((row) => row.split(': ')[1]).sort()).toEqual(['common', 'common', 'common', 'rare']);
    const train = await named(task, 'train');
    expect([...valid, ...train].sort()).toEqual(
      Array.from({ length: 40 }, (_, i) => `Text, ${i}: ${i % 4 === 0 ? 'rare' : 'common'}`).sort(),
    );
    expect(await named(task, 'train')).toEqual(train);
    expect(await texts(task, 'unlabelled')).toEqual(train.map((row) => row.split(': ')[0]));
  });

  it('is the same task in any form: delimiter, byte order mark, line ends, UTF-16, gzip, JSONL', async () => {
    const csv = table(40);
    const rows = [...csv.matchAll(/"(.*)",(\w+)\n/g)];
    const semicolons = `text;label\r\n${rows.map(([, text, label]) => `${text};${label}\r\n`).join('')}`;
    const jsonl = rows.map(([, text, label]) => `${JSON.stringify({ text, label })}\n`).join('');
    const forms: [string, string | Uint8Array][] = [
      ['a.csv', csv],
      ['b.csv', `\ufeff${csv.replaceAll('\n', '\r\n')}`],
      ['c.csv', semicolons],
      ['d.tsv', semicolons.replaceAll(';', '\t')],
      ['e.csv', Buffer.from(`\ufeff${csv}`, 'utf16le')],
      ['f.csv', Buffer.from(`\ufeff${csv}`, 'utf16le').swap16()],
      ['g.csv.gz', gzipSync(csv)],
      ['h.jsonl', jsonl],
      ['i.data', jsonl],
      ['j.data', gzipSync(semicolons)],
    ];
    const tasks = await Promise.all(
      forms.map(([name, content]) => fileTask({ data: fileOf(name, content) })),
    );
    for (const task of tasks) expect(task.fingerprint, task.name).toBe(tasks[0]?.fingerprint);
  });

  it('takes the sets of files of their own, and unlabelled texts in any form', async () => {
    const folder = folderOf({
      'train.csv': 'text,label\na,x\nb,y\nc,\n',
      'valid.csv': 'label,text\nx,d\n',
      'test.jsonl': '{"text": "e", "label": "y"}\n{"text": "f", "label": null}\n',
      'more.txt': 'g\n\nh\n',
      'texts/1.txt': 'i\n',
      'texts/deep/2.txt.gz': gzipSync('j'),
    });
    const paths = {
      data: join(folder, 'train.csv'),
      valid: join(folder, 'valid.csv'),
      test: join(folder, 'test.jsonl'),
    };
    const task = await fileTask({ ...paths, unlabelled: join(folder, 'more.txt') });
    expect(task.counts).toEqual({ train: 2, valid: 1, test: 1 });
    expect(await named(task, 'valid')).toEqual(['d: x']);
    expect(await named(task, 'test')).toEqual(['e: y']);
    expect(await texts(task, 'unlabelled')).toEqual(['c', 'g', 'h']);
    expect(await texts(task, 'train-and-unlabelled')).toEqual(['a', 'b', 'c', 'g', 'h']);
    expect(task.unlabelledCount).toBe(3);
    expect(task.notes).toEqual([
      'train: 1 text without a label, for the language model alone',
      'test: 1 text without a label, left out',
    ]);
    expect(
      await texts(await fileTask({ ...paths, unlabelled: join(folder, 'texts') }), 'unlabelled'),
    ).toEqual(['c', 'i', 'j']);
  });

  it('takes the sets of a column, several columns of text and several labels', async () => {
    const data = fileOf(
      'packages.csv',
      'title,text,tags,split\nA,one,x|y,test\nB,two,y|x|,train\nC,three,z,Train\nD,four,,train\nE,five,z,dev\nF,six,x,unsup\n',
    );
    const options = { data, labelColumn: 'tags', labelDelimiter: '|' };
    const task = await fileTask(options);
    expect(task).toMatchObject({
      classes: ['x', 'y', 'z'],
      multiLabel: true,
      counts: { train: 3, valid: 1, test: 1 },
    });
    expect(task.guessed).toEqual(['text columns: title, text (guessed)', 'split column: split (guessed)']);
    expect(task.notes).toEqual([]);
    expect((await task.summary()).sets.train).toMatchObject({ texts: 3, withoutClass: 1 });
    expect(await named(task, 'train')).toEqual([
      'xxfld 1 B xxfld 2 two: x y',
      'xxfld 1 C xxfld 2 three: z',
      'xxfld 1 D xxfld 2 four: ',
    ]);
    expect(await texts(task, 'unlabelled')).toEqual(['xxfld 1 F xxfld 2 six']);
    const other = await fileTask({ ...options, emptyLabels: 'unlabelled', textColumns: ['text'] });
    expect(other.counts.train).toBe(2);
    expect(await texts(other, 'unlabelled')).toEqual(['four', 'six']);
    expect(other.fingerprint).not.toBe(task.fingerprint);
  });

  it('reads lists of labels in JSONL', async () => {
    const lines = [
      { text: 'a', labels: ['x', 'y'] },
      { text: 'b', labels: [] },
      { text: 'c', labels: null },
      { text: 'd', labels: [3, 'x'] },
    ];
    const task = await fileTask({
      data: fileOf('a.jsonl', lines.map((line) => JSON.stringify(line)).join('\n')),
      validShare: 0,
    });
    expect(task).toMatchObject({ classes: ['3', 'x', 'y'], multiLabel: true });
    expect(await named(task, 'train')).toEqual(['a: x y', 'b: ', 'd: 3 x']);
    expect(await texts(task, 'unlabelled')).toEqual(['c']);
  });

  it('reads a folder of files that are named after sets', async () => {
    const folder = folderOf({
      'train.csv': 'text,label\na,x\nb,y\n',
      'validation.jsonl': '{"text": "c", "label": "x"}',
      'test.csv': 'text,label\nno,x\n',
      'unlabeled.txt': 'd\n',
      'README.md': 'no',
    });
    const test = fileOf('other.csv', 'text,label\ne,y\n');
    const task = await fileTask({ data: folder, test });
    expect(task.counts).toEqual({ train: 2, valid: 1, test: 1 });
    expect(await named(task, 'test')).toEqual(['e: y']);
    expect(await texts(task, 'unlabelled')).toEqual(['d']);
    expect(task.guessed.slice(0, 3)).toEqual([
      'train: train.csv (guessed)',
      'valid: validation.jsonl (guessed)',
      'unlabelled: unlabeled.txt (guessed)',
    ]);
    expect(task.settings).toMatchObject({ data: join(folder, 'train.csv'), test });
  });

  it('reads a folder for each class, and folders of them', async () => {
    const classes = {
      'neg/1.txt': 'bad\n',
      'neg/2.txt.gz': gzipSync('worse'),
      'pos/10': 'good',
      'pos/.hidden.txt': 'no',
      'notes.md': 'no',
    };
    const task = await fileTask({ data: folderOf(classes), validShare: 0 });
    expect(await named(task, 'train')).toEqual(['bad: neg', 'worse: neg', 'good: pos']);
    const nested = folderOf({
      'train/neg/1.txt': 'a',
      'train/pos/1.txt': 'b',
      'train/unsup/1.txt': 'c',
      'test/pos/1.txt': 'd',
      'other/pos/1.txt': 'no',
    });
    const split = await fileTask({ data: nested, validShare: 0 });
    expect(split).toMatchObject({ classes: ['neg', 'pos'], counts: { train: 2, valid: 0, test: 1 } });
    expect(await texts(split, 'train-and-unlabelled')).toEqual(['a', 'b', 'c']);
  });

  it('reads a table without a header, where the longer of two columns holds the texts', async () => {
    const data = fileOf('messages.tsv', 'ham\tSee "you\nspam\tYou have won\nham\tFine" then\n');
    const task = await fileTask({ data, header: false, quotes: false, validShare: 0 });
    expect(task.guessed).toEqual(['text column: 2 (guessed)', 'label column: 1 (guessed)']);
    expect(await named(task, 'train')).toEqual(['See "you: ham', 'You have won: spam', 'Fine" then: ham']);
    expect(task.settings).toMatchObject({ header: false, quotes: false, textColumns: ['2'] });
  });

  it('keeps no text in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const line = (i: number) =>
      `${JSON.stringify({ text: `${i} ${'some words '.repeat(100)}`, label: `${i % 3}` })}\n`;
    const data = fileOf('a.jsonl', Array.from({ length: 20_000 }, (_, i) => line(i)).join(''));
    const used = () => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return (heapUsed + arrayBuffers) / 2 ** 20;
    };
    await fileTask({ data: fileOf('b.jsonl', line(0) + line(1)) }); // loads what is loaded once
    const before = used();
    const task = await fileTask({ data });
    expect(used() - before).toBeLessThan(6); // of 22 MB
    expect(task.counts.train).toBe(17_999);
  });

  it('trains on the first rows of each class when it is told to, and reads the rest without their labels', async () => {
    const task = await fileTask({ data: fileOf('a.csv', table(16)), validShare: 0, rowsPerClass: 2 });
    expect(await named(task, 'train')).toEqual([
      'Text, 0: rare',
      'Text, 1: common',
      'Text, 2: common',
      'Text, 4: rare',
    ]);
    expect(task.unlabelledCount).toBe(12);
    expect(task.notes).toEqual(['train: 12 texts beyond 2 of each class are unlabelled']);
  });

  it('sets a share of each class aside to test with, and validates with a share of the rest', async () => {
    const data = fileOf('a.csv', `${table(40)}"Text, 0",rare\n`);
    const task = await fileTask({ data, testShare: 0.25, validShare: 0.2, seed: 3 });
    expect(task.counts).toEqual({ train: 25, valid: 5, test: 11 });
    const sets = await Promise.all((['train', 'valid', 'test'] as const).map((set) => named(task, set)));
    expect(sets[2]?.filter((row) => row.endsWith('rare'))).toHaveLength(3);
    expect(sets.map((rows) => rows.filter((row) => row === 'Text, 0: rare').length).sort()).toEqual([
      0, 0, 2,
    ]);
    expect(new Set(sets.flat()).size).toBe(40);
    expect(task.settings).toMatchObject({ seed: 3, validShare: 0.2, testShare: 0.25 });
    const test = fileOf('test.csv', table(4));
    expect(await failure(fileTask({ data, test, testShare: 0.1 }))).toBe(
      `BAD_SPLIT a.csv: there are test texts already, so testShare has no effect; leave one out`,
    );
    expect(await failure(fileTask({ data, testShare: 1 }))).toMatch(/^BAD_SPLIT testShare/);
  });

  it('tells texts that stand in two sets, and labels that contradict each other', async () => {
    const folder = folderOf({
      'train.csv': 'text,label\na,x\na,y\nb,x\nb,x\nc,y\n',
      'test.csv': 'text,label\na,x\nc,y\nd,y\n',
    });
    const task = await fileTask({
      data: join(folder, 'train.csv'),
      test: join(folder, 'test.csv'),
      validShare: 0,
    });
    expect(task.repeated).toEqual({
      within: { train: 2, valid: 0, test: 0, unlabelled: 0 },
      across: [{ of: 'test', among: 'train', texts: 2 }],
      conflicting: 3,
    });
    expect(task.counts).toEqual({ train: 5, valid: 0, test: 3 });
    const { summary, ...plain } = task;
    expect(await summary()).toEqual(await summarizeTask(plain));
  });

  it('takes the classes that it is given, of which a file may lack some', async () => {
    const data = fileOf('a.csv', 'text,label\na,y\nb,y\n');
    const task = await fileTask({ data, classes: ['z', 'y', 'x'], validShare: 0 });
    expect(task.classes).toEqual(['z', 'y', 'x']);
    expect(await named(task, 'train')).toEqual(['a: y', 'b: y']);
    expect(await failure(fileTask({ data, classes: ['x', 'z'] }))).toBe(
      'UNKNOWN_LABEL a.csv: has the label "y", but the classes are "x", "z"; correct these rows, or leave them out',
    );
  });

  it('holds both copies of a text out, or none', async () => {
    const [header, ...rows] = table(40).split('\n');
    const task = await fileTask({
      data: fileOf('a.csv', [header, ...rows, ...rows].join('\n')),
      validShare: 0.5,
    });
    expect(task.counts).toEqual({ train: 40, valid: 40, test: 0 });
    expect(task.repeated).toMatchObject({ within: { train: 20, valid: 20 }, across: [] });
  });

  it('is looked at as any task is', async () => {
    const data = 'text,label\na,x\na,y\nb,x\nb,x\nc,y\n,x\nd,\n';
    const folder = folderOf({ 'a.csv': data, 'test.csv': 'text,label\na,x\nc,y\nd,y\n' });
    const task = await fileTask({ data: join(folder, 'a.csv'), test: join(folder, 'test.csv') });
    const summary = await summarizeTask(task);
    expect(summary.repeated).toEqual(task.repeated);
    expect(summary.sets.unlabelled.texts).toBe(task.unlabelledCount);
    expect(summary.sets.train.empty + summary.sets.valid.empty).toBe(1);
  });

  it('keeps its settings, and has a fingerprint of what is read', async () => {
    const data = fileOf('a.csv', table(40));
    const base = await fileTask({ data });
    expect(base.settings).toEqual({
      kind: 'files',
      name: 'a.csv',
      data,
      textColumns: ['text'],
      labelColumn: 'label',
      validShare: 0.1,
      seed: 0,
    });
    const others: FileTask[] = await Promise.all([
      fileTask({ data, seed: 1 }),
      fileTask({ data, validShare: 0.2 }),
      fileTask({ data, rowsPerClass: 3 }),
      fileTask({ data: fileOf('a.csv', table(40).replace('Text, 7', 'Text, 8')) }),
    ]);
    expect(new Set([base, ...others].map((task) => task.fingerprint)).size).toBe(5);
    expect((await fileTask({ data, name: 'other' })).fingerprint).toBe(base.fingerprint);
  });
});
