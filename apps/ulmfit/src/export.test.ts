import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const vocabulary = Vocabulary.fromJSON([...specialTokens, 'good', 'bad', 'film']);
  const sizes = { embedding: 16, hidden: 20, layers: 2, vocabulary: vocabulary.size, classes: 2 };
  const model = createClassifier(sizes, { seed: 2 });
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  saveClassifier(at('model'), { classifier, tokenizer: fastaiTokenizer(), decision: plainDecision });
  model.dispose();
  writeFileSync(at('held-out.csv'), 'text,label\ngood film,pos\nbad film,neg\n');
});

async function ulmfit(...args: string[]) {
  const { code, stdout, stderr } = await ulmfitHere(args);
  return { code, stdout, stderr: stderr.replaceAll(`${folder}/`, '') };
}

const probabilityOf = async (model: string) => {
  const { stdout } = await ulmfit('predict', '--model', at(model), '--json', 'a good film');
  return (JSON.parse(stdout) as { probabilities: { pos: number } }).probabilities.pos;
};

it.each([
  ['float32', 0, 1],
  ['float16', 1e-3, 0.6],
  ['int8', 1e-2, 0.45],
])(
  'writes a model as one file in %s, which predicts as its folder does',
  async (format, tolerance, share) => {
    const name = `${format}.ulmfit`;
    const { code, stdout, stderr } = await ulmfit(
      'export',
      at('model'),
      at(name),
      '--weights',
      format,
      '--json',
    );
    expect(code, stderr).toBe(0);
    const told = JSON.parse(stdout) as { bytes: number; weights: number; weightFormat: string };
    expect(told).toMatchObject({ weightFormat: format, bytes: readFileSync(at(name)).length });
    expect(told.bytes).toBeLessThan(share * 4 * told.weights + 8000);
    expect(Math.abs((await probabilityOf(name)) - (await probabilityOf('model')))).toBeLessThanOrEqual(
      tolerance,
    );
    const files = unzipSync(readFileSync(at(name)));
    expect(Object.keys(files).sort()).toEqual(['bundle.json', 'vocabulary.json', 'weights.safetensors']);
  },
);

it('stores weights where they can be read in place', async () => {
  await ulmfit('export', at('model'), at('aligned.ulmfit'));
  const bytes = readFileSync(at('aligned.ulmfit'));
  const weights = Buffer.from(unzipSync(bytes)['weights.safetensors'] ?? []);
  const start = bytes.indexOf(weights);
  expect(start).toBeGreaterThan(0);
  expect(start % 64).toBe(0);
});

it('gives the same file twice, and the same from a file as from a folder', async () => {
  for (const name of ['once.ulmfit', 'twice.ulmfit'])
    await ulmfit('export', at('model'), at(name), '--weights', 'int8');
  await ulmfit('export', at('once.ulmfit'), at('again.ulmfit'), '--weights', 'int8');
  const [once, twice, again] = ['once', 'twice', 'again'].map((name) => readFileSync(at(`${name}.ulmfit`)));
  expect(twice).toEqual(once);
  expect(again).toEqual(once);
});

it('scores the model before and after where it is given texts', async () => {
  const data = ['--data', at('held-out.csv'), '--no-token-cache'];
  const { code, stdout, stderr } = await ulmfit(
    'export',
    at('model'),
    at('a.ulmfit'),
    '--weights',
    'int8',
    ...data,
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^accuracy on 2 texts: \d+\.\d\d % before, \d+\.\d\d % after$/m);
});

it('writes nothing where it may not', async () => {
  writeFileSync(at('letter.txt'), 'mine');
  const refused = await ulmfit('export', at('model'), at('letter.txt'));
  expect(refused).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'ulmfit: letter.txt: exists and is not a model file; give another name\n',
  });
  expect(readFileSync(at('letter.txt'), 'utf8')).toBe('mine');
  expect((await ulmfit('predict', '--model', at('letter.txt'), 'x')).stderr).toMatch(
    /letter\.txt: is not a model file; give one that `ulmfit export` wrote/,
  );
  expect((await ulmfit('export', at('nowhere'), at('b.ulmfit'))).stderr).toMatch(
    /nowhere: holds no classifier/,
  );
});
