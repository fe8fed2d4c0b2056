import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitImdb } from '@ulmfit/data-imdb';
import { buildVocabulary, fastaiTokenizer } from '@ulmfit/text';
import { afterAll, describe, expect, it } from 'vitest';
import { loadReviews } from './data-source.js';
import { micro } from './micro.test-helper.js';
import { loadClassifierBundle, loadLanguageModel } from './model-bundles.js';
import type { Recipe } from './recipe.js';
import { run } from './run.js';
import type { StageName } from './stage-name.js';
import type { RunSettings } from './run-settings.js';
import { tokenized } from './tokenized.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipe: Recipe = {
  ...micro,
  vocabulary: { maxWords: 100, minCount: 1 },
  languageModel: { ...micro.languageModel, pretrain: null, reviews: 'train-and-unsup' },
  classifier: { ...micro.classifier, fits: [{ name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 1 }] },
};
const settings: RunSettings = {
  data: 'sample',
  ...{ lmReviews: 10, labels: 4, testReviews: 4 },
  ...{ splitSeed: 1, seed: 1, backwards: false, transfer: true },
  recipe,
};
const all: StageName[] = ['pretrain', 'finetune', 'classify', 'evaluate'];
const start = (name: string, changes: Partial<RunSettings> = {}, stages: readonly StageName[] = all) =>
  run({ settings: { ...settings, ...changes }, folder: join(root, name), stages, tokenCache: false });

/** The words of the sample's reviews, as a language model that is fine-tuned on them has them. */
async function wordsOf(lmFrom: Recipe['languageModel']['reviews']): Promise<readonly string[]> {
  const { lm } = splitImdb(await loadReviews('sample'), { seed: 1, lmFrom, lmReviews: 10 });
  const builder = await tokenized(
    lm.map(({ text }) => text),
    fastaiTokenizer(),
    { workers: 1 },
    'reviews',
  );
  return buildVocabulary(builder.counts(), recipe.vocabulary).itos;
}

describe('run', () => {
  it.each<[string, Partial<RunSettings>, RegExp]>([
    ['an odd number of labels', { labels: 3 }, /3/],
    ['more labels than there are', { labels: 99_998 }, /99998/],
    [
      'groups that there are not',
      {
        recipe: {
          ...micro,
          classifier: {
            ...micro.classifier,
            fits: [{ name: 'low', freezeTo: -9, epochs: 1, lr: 1e-2, spread: 1 }],
          },
        },
      },
      /the classifier's fit low has freezeTo -9; it must be from -4 to 3: there are 4 groups/,
    ],
    [
      'a value that a setting can’t have',
      { recipe: { ...micro, languageModel: { ...micro.languageModel, batchSize: 0 } } },
      /^recipe: languageModel\.batchSize: Too small/,
    ],
    [
      'a corpus without transfer',
      { transfer: false, corpus: 'x.txt' },
      /^run: corpus is never read with transfer: false/,
    ],
    [
      'two models to start from',
      { encoder: 'a', pretrained: 'b' },
      /^run: pretrained is never read with encoder/,
    ],
    [
      'a corpus beside a pretrained model',
      { pretrained: 'a', corpusWords: 9 },
      /^run: corpusWords is never read with pretr/,
    ],
    ['data that is not there', { data: join(root, 'nowhere') }, /nowhere/],
  ])('refuses %s before it trains, and leaves the folder to other settings', async (_, changes, message) => {
    const { languageModel } = micro;
    await expect(start('late', { recipe: { ...recipe, languageModel }, ...changes })).rejects.toThrow(
      message,
    );
    expect(existsSync(join(root, 'late'))).toBe(false);
  });
});

describe('run without pretraining', () => {
  it('starts on all reviews of training, with or without transfer, and needs no corpus', async () => {
    const result = await start('whole');
    expect(Object.keys(result)).toEqual(['finetune', 'classify', 'evaluate']);
    expect(existsSync(join(root, 'whole', 'pretrain'))).toBe(false);
    const words = await wordsOf('train-and-unsup');
    expect(words).not.toEqual(await wordsOf('unsup'));
    const language = loadLanguageModel(join(root, 'whole', 'finetune'), 'finetune', fastaiTokenizer());
    expect(language.vocabulary.itos).toEqual(words);
    language.model.dispose();

    await start('scratch', { transfer: false }, ['classify']);
    const classifier = loadClassifierBundle(join(root, 'scratch', 'model'), fastaiTokenizer());
    expect(classifier.vocabulary.itos).toEqual(words);
    classifier.model.dispose();
  });

  it('still starts from a model that is given', async () => {
    const pretrained = join(root, 'given', 'finetune');
    await start('given', { seed: 2 }, ['finetune']);
    const from = await start('from', { pretrained }, ['pretrain', 'finetune']);
    const scratch = await start('from-scratch', {}, ['pretrain', 'finetune']);
    expect(from.finetune?.perplexity).toBeLessThan(scratch.finetune?.perplexity ?? 0);
  });

  it.each<[string, Partial<RunSettings>, readonly StageName[]]>([
    ['corpus', { corpus: 'wiki.txt' }, all],
    ['corpusWords', { corpusWords: 9 }, all],
    ['pretrain', {}, ['pretrain']],
  ])('refuses %s', async (what, changes, stages) => {
    const refused = start('refused', changes, stages);
    await expect(refused).rejects.toMatchObject({ code: 'NO_PRETRAINING' });
    await expect(refused).rejects.toThrow(new RegExp(`^${what}: .*; leave ${what} out, or choose`));
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });
});
