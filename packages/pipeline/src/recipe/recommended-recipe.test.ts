import { imdbTask } from '@ulmfit/data-imdb';
import { rowsTask } from '@ulmfit/text';
import { expect, it } from 'vitest';
import { recommendedPreset, recommendedRecipe } from './recommended-recipe.js';

it('takes the tiny size for the sample and for few texts', async () => {
  expect(await recommendedPreset(await imdbTask())).toBe('tiny');
});

it('takes own-data for two megabytes of text and small for thirty, with a label or without', async () => {
  const train = ['a', 'b', 'a', 'b'].map((label) => ({ text: `A text of ${label}.`, label }));
  const long = 'x'.repeat(500_000);
  const of = (unlabelled: string[]) => recommendedPreset(rowsTask({ train, unlabelled }));
  expect(await of([long, long, long])).toBe('tiny');
  expect(await of([long, long, long, long])).toBe('own-data');
  expect(await of(Array(60).fill(long))).toBe('small');
});

it('reads all texts, with a label or without', async () => {
  const { encoder, languageModel } = await recommendedRecipe(await imdbTask());
  expect(encoder.hidden).toBe(64);
  expect(languageModel.texts).toBe('train-and-unlabelled');
});
