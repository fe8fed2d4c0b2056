import { describe, expect, it } from 'vitest';
import { adjustRecipe } from './adjust-recipe.js';
import { presets } from './recipe.js';

const { small } = presets;

describe('adjustRecipe', () => {
  it('replaces what is named, and leaves the preset alone', () => {
    const before = structuredClone(small);
    const recipe = adjustRecipe(
      small,
      {
        clip: 0.4,
        languageModel: { finetune: { epochs: 3 } },
        classifier: { headLayers: [20, 10], headDropout: [0.1, 0.1] },
      },
      'mine.json',
    );
    expect(recipe.languageModel.finetune).toEqual({ ...small.languageModel.finetune, epochs: 3 });
    expect(recipe.languageModel.pretrain).toEqual(small.languageModel.pretrain);
    expect(recipe.classifier.headLayers).toEqual([20, 10]);
    expect(recipe.clip).toBe(0.4);
    expect(small).toEqual(before);
  });

  it('takes pretraining away, and gives it to a preset without', () => {
    const none = adjustRecipe(small, { languageModel: { pretrain: null } }, 'mine.json');
    expect(none.languageModel.pretrain).toBeNull();
    const { pretrain } = small.languageModel;
    const given = adjustRecipe(presets['best-on-cpu'], { languageModel: { pretrain } }, 'mine.json');
    expect(given.languageModel.pretrain).toEqual(pretrain);
  });

  it.each([
    [{ languageModel: { finetune: { epoch: 3 } } }, /^mine\.json: languageModel\.finetune: .*"epoch"/],
    [{ languageModel: { finetune: { epochs: 0 } } }, /^mine\.json: languageModel\.finetune\.epochs: /],
    [{ clip: 'none' }, /^mine\.json: clip: /],
    [{ classifier: [] }, /^mine\.json: classifier: /],
    [JSON.parse('{"__proto__": {"clip": 1}}') as unknown, /^mine\.json: .*"__proto__"/],
    [[], /^mine\.json: not an object of settings/],
    [{ encoder: { hidden: 1e6 } }, /^mine\.json: encoder\.hidden: .*16384/],
    [{ languageModel: { validationShare: 1 } }, /^mine\.json: languageModel\.validationShare: /],
    [{ classifier: { maxLength: 1 } }, /^mine\.json: classifier\.maxLength: must be a window of 72 at least/],
    [
      { classifier: { headLayers: [5, 5] } },
      /^mine\.json: classifier\.headDropout: must have a rate for each of the 2/,
    ],
  ])('refuses %j', (changes, message) => {
    expect(() => adjustRecipe(small, changes, 'mine.json')).toThrow(message);
  });
});
