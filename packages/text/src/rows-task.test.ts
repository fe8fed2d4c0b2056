import { describe, expect, it } from 'vitest';
import { collect } from './collect.test-helper.js';
import { rowsTask, type LabelledRow, type RowsTaskOptions } from './rows-task.js';
import type { ClassificationTask, LanguageModelTexts } from './task.js';
import type { TaskSplit } from './text-set.js';

const train: LabelledRow[] = Array.from({ length: 40 }, (_, i) => ({
  text: `text ${i}`,
  label: i % 4 === 0 ? 'rare' : 'common',
}));

const labelled = (task: ClassificationTask, split: TaskSplit) => collect(task.labelled(split));
const forModel = (task: ClassificationTask, from: LanguageModelTexts) =>
  collect(task.languageModelTexts(from));

describe('rowsTask', () => {
  it('sorts the classes and holds a tenth out of each', async () => {
    const task = rowsTask({ train });
    expect(task).toMatchObject({ name: 'rows', classes: ['common', 'rare'], multiLabel: false });
    expect(task.counts).toEqual({ train: 36, valid: 4, test: 0 });
    const valid = await labelled(task, 'valid');
    expect(valid.map(({ labels }) => labels).sort()).toEqual([[0], [0], [0], [1]]);
    const rest = await labelled(task, 'train');
    expect([...valid, ...rest].map(({ text }) => text).sort()).toEqual(train.map(({ text }) => text).sort());
    expect(await labelled(task, 'train')).toEqual(rest);
  });

  it('holds both copies of a text out, or none', async () => {
    const task = rowsTask({ train: [...train, ...train], validShare: 0.5 });
    expect(task.counts).toEqual({ train: 40, valid: 40, test: 0 });
    const texts = new Set((await labelled(task, 'train')).map(({ text }) => text));
    expect((await labelled(task, 'valid')).some(({ text }) => texts.has(text))).toBe(false);
  });

  it('keeps the sets, classes and labels that it is given', async () => {
    const task = rowsTask({
      name: 'tickets',
      train: new Set([
        { text: 'a', labels: ['y', 'x', 'y'] },
        { text: 'b', labels: [] },
      ]),
      valid: [{ text: 'c', labels: ['x'] }],
      test: [{ text: 'd', labels: [] }],
      unlabelled: ['e'],
      classes: ['z', 'y', 'x'],
    });
    expect(task).toMatchObject({ name: 'tickets', classes: ['z', 'y', 'x'], multiLabel: true });
    expect(task.counts).toEqual({ train: 2, valid: 1, test: 1 });
    expect(await labelled(task, 'train')).toEqual([
      { text: 'a', labels: [1, 2] },
      { text: 'b', labels: [] },
    ]);
    expect(await labelled(task, 'valid')).toEqual([{ text: 'c', labels: [2] }]);
    expect(await labelled(task, 'test')).toEqual([{ text: 'd', labels: [] }]);
    expect(await forModel(task, 'unlabelled')).toEqual(['e']);
    expect(await forModel(task, 'train-and-unlabelled')).toEqual(['a', 'b', 'e']);
  });

  it('gives a language model the training texts where there are no others, and never held-out ones', async () => {
    const task = rowsTask({ train, test: train.slice(0, 4) });
    const texts = (await labelled(task, 'train')).map(({ text }) => text);
    expect(await forModel(task, 'unlabelled')).toEqual(texts);
    expect(await forModel(task, 'train-and-unlabelled')).toEqual(texts);
  });

  it('has a fingerprint of all it reads, and of nothing else', () => {
    const base = { train, unlabelled: ['u'] };
    const { fingerprint } = rowsTask(base);
    expect(fingerprint).toBe('53a747b27d0e3e78382ce898e4059aa02ce256ffd8f005365f97076f74f9f8f1');
    expect(rowsTask({ ...base, name: 'other', test: [] }).fingerprint).toBe(fingerprint);
    const others: RowsTaskOptions[] = [
      { ...base, seed: 1 },
      { ...base, validShare: 0.2 },
      { ...base, unlabelled: [] },
      { ...base, test: train.slice(0, 1) },
      { ...base, classes: ['rare', 'common'] },
      { ...base, train: [{ text: 'text 0!', label: 'rare' }, ...train.slice(1)] },
      { ...base, train: train.toReversed() },
    ];
    expect(new Set([fingerprint, ...others.map((each) => rowsTask(each).fingerprint)]).size).toBe(8);
  });

  it('can be stopped', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(collect(rowsTask({ train }).labelled('train', { signal }))).rejects.toBe(reason);
    await expect(collect(rowsTask({ train }).languageModelTexts('unlabelled', { signal }))).rejects.toBe(
      reason,
    );
  });

  const two = train.slice(0, 2);
  const ids = train.map(({ text }) => ({ text, label: text }));
  it.each<[string, string, unknown]>([
    ['NO_ROWS', 'rows: no training text has a label; give some that have', { train: [] }],
    [
      'ONE_CLASS',
      'rows: all training texts have the label "rare"; give texts of two classes or more',
      { train: train.slice(0, 1) },
    ],
    [
      'TOO_MANY_CLASSES',
      'rows: 40 classes in 40 training texts; is this the right column of labels?',
      { train: ids },
    ],
    [
      'UNKNOWN_LABEL',
      'test: has the labels "new", "other", which no training text has; add such texts to training, or leave these rows out',
      {
        train,
        test: [
          { text: '', label: 'other' },
          { text: '', label: 'new' },
        ],
      },
    ],
    [
      'UNKNOWN_LABEL',
      'train: has the label "common", but the classes are "rare", "x"; correct these rows, or leave them out',
      { train, classes: ['rare', 'x'] },
    ],
    [
      'BAD_OPTION',
      'classes: "rare" is listed twice; leave one out',
      { train, classes: ['common', 'rare', 'rare'] },
    ],
    [
      'BAD_LABEL',
      'train[2].label: the label is white space; name it, or move the text to unlabelled',
      { train: [...two, { text: '', label: ' ' }] },
    ],
    [
      'BAD_ROW',
      'train[2].label: 5 is not a text; write numbers as texts',
      { train: [...two, { text: '', label: 5 }] },
    ],
    ['BAD_ROW', 'train[2].text: null is not a text', { train: [...two, { text: null, label: 'rare' }] }],
    ['BAD_ROW', 'train[2]: "rare" is not a row; give { text, label }', { train: [...two, 'rare'] }],
    [
      'BAD_ROW',
      'train[2]: has labels and the rows before it label; give all rows the same',
      { train: [...two, { text: '', labels: [] }] },
    ],
    [
      'BAD_ROW',
      'test[0].labels: "rare" is not a list of texts',
      { train: [{ text: '', labels: ['x'] }], test: [{ text: '', labels: 'rare' }] },
    ],
    ['BAD_ROW', 'unlabelled[1]: 7 is not a text', { train, unlabelled: ['', 7] }],
    ['BAD_SPLIT', 'validShare is 1; it must be from 0 to below 1', { train, validShare: 1 }],
  ])('refuses by %s: %s', (code, message, options) => {
    expect(() => rowsTask(options as RowsTaskOptions)).toThrow(
      expect.objectContaining({ code, message }) as Error,
    );
  });

  it('takes as many classes as there are rows where there are few', () => {
    expect(rowsTask({ train: two.map(({ text }) => ({ text, label: text })) }).classes).toEqual([
      'text 0',
      'text 1',
    ]);
  });
});
