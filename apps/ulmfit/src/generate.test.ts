import { join } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { saveLanguageModel } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const vocabulary = new Vocabulary([...specialTokens, 'the', 'film', 'was', 'good', '.']);
  for (const [name, backwards] of [
    ['run/finetune', false],
    ['backwards', true],
  ] as const) {
    const model = createLanguageModel(
      { vocabulary: vocabulary.size, embedding: 4, hidden: 5, layers: 1 },
      { seed: 2 },
    );
    saveLanguageModel(at(name), { model, vocabulary }, { tokenizer: fastaiTokenizer(), backwards });
    model.dispose();
  }
});

const generated = (model: string, ...flags: string[]) =>
  ulmfitHere(['generate', 'The', 'film', '--model', at(model), ...flags]);

it('goes on with a text by the language model of a run, the same at each time', async () => {
  const { code, stdout, stderr } = await generated('run', '--tokens', '12', '--seed', '4');
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^The film[ .].*\n$/);
  const [, next = ''] = stdout.trimEnd().split('The film');
  const asFlag = [
    'generate',
    '--model',
    at('run/finetune'),
    '--prompt',
    'The film',
    '--tokens',
    '12',
    '--seed',
    '4',
  ];
  expect((await ulmfitHere(asFlag)).stdout).toBe(stdout);
  const cut = await generated('run', '--tokens', '12', '--seed', '4', '--stop', next.slice(0, 3));
  expect(cut.stdout).toBe('The film\n');
});

it.each([
  ['backwards', [], /reads from the last word to the first/],
  ['run', ['--top-p', '0'], /topP is 0; it must be/],
  ['run', ['--tokens', '0'], /--tokens.*integer from 1/],
  ['nowhere', [], /nowhere: holds no language model/],
])('refuses %s %j', async (model, flags, message) => {
  const { code, stderr } = await generated(model, ...flags);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
