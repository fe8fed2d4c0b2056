import { rowsTask, type ClassificationTask, type LabelledText } from '@ulmfit/text';
import { describe, expect, it } from 'vitest';
import { testTask } from './index.js';

const rows = [
  { text: 'The invoice is wrong.', label: 'billing' },
  { text: 'I cannot log in.', label: 'account' },
  { text: 'You charged me twice.', label: 'billing' },
];
const right = (train = rows): ClassificationTask =>
  rowsTask({
    train,
    valid: [{ text: 'My password is gone.', label: 'account' }],
    test: [{ text: 'Where is my refund?', label: 'billing' }],
    unlabelled: ['Where is my parcel?'],
  });

const labels = (change: (given: LabelledText) => LabelledText): Partial<ClassificationTask> => ({
  labelled: async function* (split, options) {
    for await (const given of right().labelled(split, options)) yield change(given);
  },
});

let made = 0;
const spent = right().labelled('train');

const wrong: [what: string, change: () => Partial<ClassificationTask>, message: RegExp][] = [
  ['no name', () => ({ name: '' }), /has no name/],
  ['one class', () => ({ classes: ['a'] }), /^rows: has 1 classes; there must be 2 or more$/],
  [
    'a class that is there twice',
    () => ({ classes: ['a', 'a'] }),
    /^rows: has the class "a" twice; list it once$/,
  ],
  [
    'a class without a name',
    () => ({ classes: ['a', ' '] }),
    /^rows: classes\[1\] is " "; give each class a name$/,
  ],
  [
    'settings that JSON does not hold',
    () => ({ settings: { rate: NaN } }),
    /^rows: settings has NaN at rate, which JSON turns into null/,
  ],
  [
    'a count that is none',
    () => ({ counts: { train: 1.5, valid: 0, test: 0 } }),
    /^rows: counts\.train is 1\.5; give/,
  ],
  [
    'nothing to learn from',
    () => ({ counts: { train: 0, valid: 1, test: 1 } }),
    /^rows: counts\.train is 0; there is nothing to learn from$/,
  ],
  [
    'labels that are no list',
    () => labels((g) => ({ ...g, labels: 1 as never })),
    /^rows: labelled\('train'\) gives at 0 the labels 1; give a list of indices into classes$/,
  ],
  [
    'no text for the language model',
    () => ({
      languageModelTexts: async function* (_, { signal } = {}) {
        signal?.throwIfAborted();
        yield 7 as never;
      },
    }),
    /^rows: languageModelTexts\('unlabelled'\) gives 7 at 0; give a string$/,
  ],
  [
    'neither one class nor several',
    () => ({ multiLabel: 'no' as never }),
    /^rows: multiLabel is "no"; say true or false$/,
  ],
  [
    'a wrong count',
    () => ({ counts: { train: 2, valid: 1, test: 1 } }),
    /^rows: labelled\('train'\) gives 3 texts, and counts\.train says 2; count what is given$/,
  ],
  [
    'a fingerprint that is none',
    () => ({ fingerprint: 'v1' }),
    /^rows: fingerprint is "v1"; give a hash in hexa/,
  ],
  [
    'a fingerprint of the moment',
    () => ({ fingerprint: `${++made}`.padStart(16, '0') }),
    /^rows: is another when it is made again of the same data: fingerprint is "0+1" and then "0+2"/,
  ],
  [
    'labels by name',
    () => labels((g) => ({ ...g, labels: ['billing'] as never })),
    /the label "billing"; there are 2/,
  ],
  [
    'a label beyond',
    () => labels((g) => ({ ...g, labels: [2] })),
    /gives at 0 the label 2; there are 2 classes/,
  ],
  [
    'two labels',
    () => labels((g) => ({ ...g, labels: [0, 1] })),
    /gives at 0 2 labels; give exactly one, or set multi/,
  ],
  [
    'a label twice',
    () => labels((g) => ({ ...g, labels: [1, 1] })),
    /the labels \[1, 1\]; list each class once$/,
  ],
  [
    'no text',
    () => labels((g) => ({ ...g, text: null as never })),
    /^rows: labelled\('train'\) gives at 0 the text null/,
  ],
  [
    'a stream that is spent',
    () => ({ labelled: () => spent }),
    /^rows: labelled\('train'\) gives other texts when it is read again: .*; open a stream of its own at each call/,
  ],
  [
    'a signal that it does not hear',
    () => ({ labelled: (split) => right().labelled(split) }),
    /^rows: labelled\('train'\) goes on when its signal is aborted; call signal\.throwIfAborted\(\)/,
  ],
  [
    'held-out texts for the language model',
    () => ({
      languageModelTexts: async function* (_, { signal } = {}) {
        signal?.throwIfAborted();
        yield* ['My password is gone.'];
      },
    }),
    /^rows: languageModelTexts\('unlabelled'\) gives "My password is gone\.", which is in valid; leave held-out/,
  ],
  [
    'no texts of training for the language model',
    () => ({ languageModelTexts: (_, options) => right().languageModelTexts('unlabelled', options) }),
    /^rows: languageModelTexts\('train-and-unlabelled'\) lacks "The invoice is wrong\.", which is in train/,
  ],
  [
    'no texts for the language model',
    () => ({ languageModelTexts: async function* () {} }),
    /^rows: languageModelTexts\('unlabelled'\) gives no text; where none is without a label, give those of training$/,
  ],
];

describe('testTask', () => {
  it('has nothing to say of a task that does all right', async () => {
    await testTask(right, { changed: [() => right(rows.slice(1)), () => right([...rows].reverse())] });
  });

  it.each(wrong)('tells of %s', async (_, change, message) => {
    await expect(testTask(() => ({ ...right(), ...change() }))).rejects.toThrow(message);
  });

  it('tells of a fingerprint that other data have too', async () => {
    const { fingerprint } = right();
    await expect(
      testTask(right, { changed: [() => ({ ...right(rows.slice(1)), fingerprint })] }),
    ).rejects.toThrow(
      'rows: has the fingerprint of changed[0], whose data are others; hash all that is read',
    );
  });
});
