import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusText } from '@ulmfit/data-files';
import { imdbTask, type ImdbTaskOptions } from '@ulmfit/data-imdb';
import { buildVocabulary, fastaiTokenizer, tokenizerNamed } from '@ulmfit/text';
import { afterAll, describe, expect, it } from 'vitest';
import { micro } from '../micro.test-helper.js';
import { loadDecidedClassifier, loadLanguageModel } from '../inference/load-models.js';
import type { Recipe } from '../recipe/recipe.js';
import { run } from './run.js';
import type { RunOptions } from './run-options.js';
import type { StageName } from './stage-name.js';
import { tokenized } from '../tokens/tokenized.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipe: Recipe = {
  ...micro,
  vocabulary: { maxWords: 100, minCount: 1 },
  languageModel: { ...micro.languageModel, pretrain: null, texts: 'train-and-unlabelled' },
  classifier: { ...micro.classifier, fits: [{ name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 1 }] },
};
const sets: ImdbTaskOptions = { lmReviews: 10, trainReviews: 4, testReviews: 4 };
type Changes = Partial<RunOptions> & { readonly sets?: ImdbTaskOptions };
const all: StageName[] = ['pretrain', 'finetune', 'classify', 'evaluate'];
const start = async (name: string, { sets: other, ...changes }: Changes = {}, stages = all) =>
  run({
    task: await imdbTask({ ...sets, ...other }),
    recipe,
    folder: join(root, name),
    stages,
    tokenCache: false,
    ...changes,
  });

/** The words of the sample's reviews, as a language model that is fine-tuned on them has them. */
async function wordsOf(texts: Recipe['languageModel']['texts']): Promise<readonly string[]> {
  const task = await imdbTask(sets);
  const builder = await tokenized(task.languageModelTexts(texts), fastaiTokenizer(), { workers: 1 });
  return buildVocabulary(builder.counts(), recipe.vocabulary).itos;
}

describe('run', () => {
  it.each<[string, Changes, RegExp]>([
    ['an odd number of labelled reviews', { sets: { trainReviews: 3 } }, /3/],
    ['more labelled reviews than there are', { sets: { trainReviews: 99_998 } }, /99998/],
    [
      'one text for the language model',
      { sets: { lmReviews: 1 } },
      /sample: one text for the language model, which needs/,
    ],
    [
      'a model that no machine holds',
      { recipe: { ...micro, encoder: { embedding: 16_384, hidden: 16_384, layers: 64 } } },
      /^recipe: embedding 16384, hidden 16384, layers 64 and 1 words take 21\d\d\.\d\d GB for weights, .*; this .* has /,
    ],
    [
      'too few words for a batch',
      { recipe: { ...recipe, languageModel: { ...recipe.languageModel, batchSize: 4000 } } },
      /language model: \d+ tokens are too few for a batch of 4000 streams/,
    ],
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
      { transfer: false, corpus: corpusText('x.txt') },
      /^run: corpus has no effect with transfer: false/,
    ],
    [
      'two models to start from',
      { encoder: 'a', pretrained: 'b' },
      /^run: pretrained has no effect with encoder/,
    ],
    [
      'a corpus beside a pretrained model',
      { pretrained: 'a', corpus: corpusText('x.txt') },
      /^run: corpus has no effect with pretr/,
    ],
    ['data that is not there', { sets: { data: join(root, 'nowhere') } }, /nowhere/],
    [
      'a run without a task',
      { task: undefined },
      /^run: without a task there is only pretraining; give `task`/,
    ],
    [
      'a tokenizer that there is not',
      { recipe: { ...micro, tokenizer: './absent.mjs' } },
      /^tokenizer \.\/absent\.mjs: no module at file:/,
    ],
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
    const words = await wordsOf('train-and-unlabelled');
    expect(words).not.toEqual(await wordsOf('unlabelled'));
    const language = loadLanguageModel(join(root, 'whole', 'finetune'), 'finetune', fastaiTokenizer());
    expect(language.vocabulary.itos).toEqual(words);
    language.model.dispose();

    await start('scratch', { transfer: false }, ['classify']);
    const { classifier } = loadDecidedClassifier(join(root, 'scratch', 'model'));
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

  it('cuts by the tokenizer of its recipe, and starts from no model of another', async () => {
    await start('cut', { recipe: { ...recipe, tokenizer: 'segmenter:en' } }, ['finetune']);
    const pretrained = join(root, 'cut', 'finetune');
    const language = loadLanguageModel(pretrained, 'finetune', tokenizerNamed('segmenter:en'));
    expect(language.vocabulary.itos).not.toEqual(await wordsOf('train-and-unlabelled'));
    language.model.dispose();
    await expect(start('other', { pretrained }, ['finetune'])).rejects.toThrow(
      `${pretrained}: its words were cut by the tokenizer segmenter:en, not by fastai; use segmenter:en`,
    );
  });

  it.each<[string, Changes, StageName[]]>([
    ['corpus', { corpus: corpusText('wiki.txt') }, all],
    ['pretrain', {}, ['pretrain']],
  ])('refuses %s', async (what, changes, stages) => {
    const refused = start('refused', changes, stages);
    await expect(refused).rejects.toMatchObject({ code: 'NO_PRETRAINING' });
    await expect(refused).rejects.toThrow(new RegExp(`^${what}: .*; leave ${what} out, or choose`));
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });
});
