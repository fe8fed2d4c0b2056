import { describe, expect, it } from 'vitest';
import { chainThawStages } from './chain-thaw.js';
import {
  chainThawPlan,
  fastaiImdbClassifier,
  fastaiImdbLanguageModel,
  fineTuning,
  gradualUnfreezing,
} from './recipes.js';
import { unfreezingPlan } from './unfreezing-plan.js';

const groups = ['embedding', 'rnn1', 'rnn2', 'rnn3', 'head'];

describe('unfreezingPlan', () => {
  it('makes a fit of each stage, with its freezing and its rates', () => {
    const fits = unfreezingPlan(fastaiImdbClassifier);
    expect(fits.map((f) => [f.stage, f.epochs])).toEqual([
      ['head', 1],
      ['rnn3', 1],
      ['rnn2', 1],
      ['all', 2],
    ]);
    for (const { plugins } of fits)
      expect(plugins.map((p) => p.name)).toEqual(['freezing', 'discriminativeRates']);
  });

  it('refuses two stages of one name', () => {
    const stage = { name: 'a', epochs: 1, freezeTo: 0, lr: 0.1 };
    expect(() => unfreezingPlan([stage, stage])).toThrow('two stages of the plan are named a');
  });

  it('takes plans that have been through JSON', () => {
    for (const plan of [fastaiImdbClassifier, fastaiImdbLanguageModel, chainThawPlan({ groups })]) {
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(unfreezingPlan(plan)).toHaveLength(plan.length);
    }
  });
});

describe('recipes', () => {
  it('gradualUnfreezing thaws from the top, and stays with all', () => {
    const plan = gradualUnfreezing({ groups, lastEpochs: 4 });
    expect(plan.map((s) => [s.name, s.freezeTo, s.epochs])).toEqual([
      ['thaw-head', 4, 1],
      ['thaw-rnn3', 3, 1],
      ['thaw-rnn2', 2, 1],
      ['thaw-rnn1', 1, 1],
      ['thaw-embedding', 0, 4],
    ]);
  });

  it('chain-thaw trains the top group, each other alone from the bottom, then all', () => {
    expect(chainThawStages(groups)).toEqual([['head'], ['embedding'], ['rnn1'], ['rnn2'], ['rnn3'], groups]);
    const plan = chainThawPlan({ groups, epochs: 2, lastEpochs: 3 });
    expect(plan.map((s) => s.name).at(-1)).toBe('thaw-all');
    expect(plan.map((s) => s.epochs)).toEqual([2, 2, 2, 2, 2, 3]);
    expect(new Set(plan.map((s) => s.name)).size).toBe(6);
  });

  it("fineTuning is fastai's fine_tune", () => {
    expect(fineTuning({ epochs: 3, lr: 0.02 })).toEqual([
      { name: 'frozen', freezeTo: -1, epochs: 1, slice: [0.02] },
      { name: 'unfrozen', freezeTo: 0, epochs: 3, slice: [0.0001, 0.01] },
    ]);
  });
});
