import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder, writeCorpus, writeReviews } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
let reviews: string;
beforeAll(() => {
  // Too few for any stage, so that each run ends soon.
  reviews = writeReviews(folder, { train: 4, test: 4, unsup: 0 });
});

/** What the command says before it ends for another reason. */
async function said(...args: string[]): Promise<string> {
  const { code, stderr } = await ulmfitHere([...args, '--preset', 'tiny', '--out', `${folder}/out`]);
  expect(code, stderr).toBe(2);
  return stderr;
}

it('is missed where none is given for data of one’s own', async () => {
  const run = ['run', '--data', reviews, '--lm-reviews', '1'];
  expect(await said(...run)).toMatch(/^ulmfit: no general text is given, so the language/m);
});

it('is not missed where it is given, or not read', async () => {
  const corpus = writeCorpus(folder, 1);
  for (const args of [
    ['run', '--data', reviews, '--corpus', corpus],
    ['run', '--data', reviews, '--pretrained', `${folder}/none`],
    ['run', '--data', `${folder}/none`, '--no-transfer'],
    ['pretrain', '--corpus-words', '20'],
  ]) {
    expect(await said(...args)).not.toContain('no general text');
  }
});

it('has no number of words without text', async () => {
  const line = /^ulmfit: --corpus-words has no effect without --corpus; add it$/m;
  expect(await said('run', '--data', reviews, '--corpus-words', '20')).toMatch(line);
});
