import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { program } from './program.js';
import { temporaryFolder, writeCorpus, writeReviews } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
let reviews: string;
beforeAll(() => {
  // Too few for any stage, so that each run ends soon.
  reviews = writeReviews(folder, { train: 4, test: 4, unsup: 0 });
});

const warning =
  /^ulmfit: without --corpus, pretraining is on the few invented documents of the embedded sample; give --corpus or --pretrained, or --preset best-on-cpu, which needs neither$/m;

/** What the command says before it ends for another reason. */
async function said(...args: string[]): Promise<string> {
  const { code, stderr } = await ulmfitHere([...args, '--out', `${folder}/out`]);
  expect(code, stderr).toBe(2);
  return stderr;
}

it('is named as what is pretrained on unless other is given', () => {
  for (const name of ['run', 'pretrain']) {
    const command = program().commands.find((each) => each.name() === name);
    expect(command?.helpInformation().replace(/\s+/g, ' ')).toContain(
      'a folder of them (default: the embedded sample’s)',
    );
  }
});

it('is warned of where the reviews are real and would be pretrained for', async () => {
  const run = ['run', '--preset', 'tiny', '--corpus-words', '20', '--data', reviews];
  expect(await said(...run)).toMatch(warning);
});

it('is not warned of where it is not read', async () => {
  const corpus = writeCorpus(folder, 1);
  for (const args of [
    ['run', '--preset', 'tiny', '--data', reviews, '--corpus', corpus],
    ['run', '--preset', 'tiny', '--data', reviews, '--pretrained', `${folder}/none`],
    ['run', '--preset', 'tiny', '--data', `${folder}/none`, '--no-transfer'],
    ['run', '--preset', 'best-on-cpu', '--data', `${folder}/none`],
    ['pretrain', '--preset', 'tiny', '--corpus-words', '20'],
  ]) {
    expect(await said(...args)).not.toContain('without --corpus');
  }
});
