import { expect, it } from 'vitest';
import { presets } from './recipe.js';
import { withRates } from './with-rates.js';

const { small } = presets;

it('changes the rates that are named, and nothing else', () => {
  expect(withRates(small, {})).toEqual(small);
  const changed = withRates(small, { pretrain: 1e-3, finetune: 2e-3, all: 3e-3 });
  const { languageModel, classifier } = changed;
  expect({ ...changed, languageModel: 0, classifier: 0 }).toEqual({
    ...small,
    languageModel: 0,
    classifier: 0,
  });
  expect(languageModel.pretrain).toEqual({ ...small.languageModel.pretrain, lr: 1e-3 });
  expect(languageModel.finetune).toEqual({ ...small.languageModel.finetune, lr: 2e-3 });
  expect(classifier.fits.map(({ lr }) => lr)).toEqual([2e-2, 1e-2, 1e-2, 3e-3]);
  expect(classifier.scratch).toEqual(small.classifier.scratch);
});

it('keeps the proportions of the classifier’s fits', () => {
  const { classifier } = withRates(small, { classify: 4e-2, rnn2: 5e-2 });
  expect(classifier.fits.map(({ lr }) => lr)).toEqual([4e-2, 2e-2, 5e-2, 1e-2]);
  expect(classifier.scratch.lr).toBe(4e-2);
});

it('refuses a stage that there isn’t, and a rate that is none', () => {
  expect(() => withRates(small, { finetun: 1 })).toThrow(
    'this recipe has no stage "finetun"; did you mean finetune?',
  );
  expect(() => withRates(presets['best-on-cpu'], { pretrain: 1 })).toThrow(
    'this recipe has no stage "pretrain"; there are finetune, classify, head, all, scratch',
  );
  for (const rate of [0, -1, NaN, Infinity])
    expect(() => withRates(small, { finetune: rate })).toThrow(/finetune is .*; give a rate above 0/);
});
