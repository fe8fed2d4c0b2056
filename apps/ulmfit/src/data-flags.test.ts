import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary, type Tokenizer } from '@ulmfit/text';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);
const fileOf = (name: string, content: string) => {
  writeFileSync(at(name), content);
  return at(name);
};

beforeAll(() => {
  const save = (name: string, tokenizer: Tokenizer, multiLabel = false) => {
    const vocabulary = Vocabulary.fromJSON([...specialTokens, 'good', 'bad', 'film']);
    const sizes = { embedding: 4, hidden: 5, layers: 1, vocabulary: vocabulary.size, classes: 3 };
    const model = createClassifier({ ...sizes, multiLabel }, { seed: 2 });
    const classifier = { model, vocabulary, classes: ['neg', 'neutral', 'pos'], backwards: false };
    saveClassifier(at(name), { classifier, tokenizer, decision: plainDecision });
    model.dispose();
  };
  save('model', fastaiTokenizer());
  save('several', fastaiTokenizer(), true);
  save('own', { name: 'spaces', rules: 'spaces/1', tokenize: (text) => text.split(' ') });
});

/** Scores a model, and gives what was found. */
async function evaluated(model: string, data: string, ...flags: string[]) {
  const args = ['evaluate', '--model', at(model), '--data', data, '--json', '--no-token-cache', ...flags];
  const { code, stdout, stderr } = await ulmfitHere(args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as {
    judgements: {
      neural: { documents: number; classes: string[]; perClass: { support: number; positives?: number }[] };
    };
  };
}

it('scores a file of one class by the classes of the model', async () => {
  const data = fileOf('one.csv', 'text,label\ngood film,pos\nbad film,pos\n');
  const { judgements } = await evaluated('model', data);
  expect(judgements.neural.classes).toEqual(['neg', 'neutral', 'pos']);
  expect(judgements.neural.perClass.map(({ support }) => support)).toEqual([0, 0, 2]);
});

it('refuses labels that the model does not know', async () => {
  const data = fileOf('other.csv', 'text,label\ngood film,pos\nbad film,awful\n');
  const { code, stdout, stderr } = await ulmfitHere(['evaluate', '--model', at('model'), '--data', data]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^ulmfit: \S*other\.csv: has the label "awful", but the classes are "neg", "neutral", "pos"; correct these rows, or leave them out$/m,
  );
});

it('reads a table without header, of other delimiters and bare quotes', async () => {
  const rows = 'pos~a "good film\nneg~bad "film\n';
  const reading = ['--format', 'csv', '--no-header', '--delimiter', '~', '--no-quotes'];
  const data = fileOf('rows.dat', rows);
  const { judgements } = await evaluated('model', data, ...reading);
  expect(judgements.neural.perClass.map(({ support }) => support)).toEqual([1, 0, 1]);

  const predict = ['predict', '--model', at('model'), data, ...reading, '--text-column', '2'];
  const { code, stdout, stderr } = await ulmfitHere(predict);
  expect(code, stderr).toBe(0);
  // As the file is: no header, and its delimiter.
  expect(stdout.split('\n').map((line) => line.split('~').length)).toEqual([4, 4, 1]);
  expect(stdout).toMatch(/^pos~.*good film.*~(neg|neutral|pos)~0\.\d{6}\nneg~/);
});

it('takes tab for a delimiter, and refuses what is none', async () => {
  const data = fileOf('tabs.dat', 'text\tlabel\ngood, film\tpos\nbad, film\tneg\n');
  await evaluated('model', data, '--format', 'csv', '--delimiter', 'tab');
  for (const delimiter of ['::', '"', '']) {
    const { code, stderr } = await ulmfitHere([
      'evaluate',
      '--model',
      at('model'),
      '--data',
      data,
      '--delimiter',
      delimiter,
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ulmfit: option '--delimiter <character>' .*one character, such as ; or tab\.$/m);
  }
});

it('takes an empty field of labels as none of the classes, or as no label', async () => {
  const data = fileOf('several.csv', 'text,labels\ngood film,pos|neutral\nbad film,\n');
  const several = ['--label-delimiter', '|'];
  const scored = async (...flags: string[]) =>
    (await evaluated('several', data, ...several, ...flags)).judgements.neural.documents;
  expect(await scored()).toBe(2);
  expect(await scored('--empty-labels', 'none')).toBe(2);
  expect(await scored('--empty-labels', 'unlabelled')).toBe(1);
});

it('refuses the flags of files for the reviews', async () => {
  for (const flags of [['--no-header'], ['--format', 'csv'], ['--empty-labels', 'none']]) {
    const { code, stderr } = await ulmfitHere(['evaluate', '--model', at('model'), ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^ulmfit: ${flags[0]} is for files of your own`));
  }
});

it('uses a model of a tokenizer of its own with that', async () => {
  const data = fileOf('own.csv', 'text,label\ngood film,pos\nbad film,neg\n');
  const module = fileOf(
    'spaces.mjs',
    "export const tokenizer = { name: 'spaces', rules: 'spaces/1', tokenize: (text) => text.split(' ') };\n",
  );
  const without = await ulmfitHere(['predict', '--model', at('own'), 'good film']);
  expect(without.code).toBe(2);
  expect(without.stderr).toMatch(/trained with the custom tokenizer spaces; pass it with --tokenizer/);

  const predicted = await ulmfitHere(['predict', '--model', at('own'), '--tokenizer', module, 'good film']);
  expect(predicted.stdout, predicted.stderr).toMatch(/^(neg|neutral|pos) 0\.\d{4}\tgood film\n$/);
  const { judgements } = await evaluated('own', data, '--tokenizer', module);
  expect(judgements.neural.documents).toBe(2);
});
