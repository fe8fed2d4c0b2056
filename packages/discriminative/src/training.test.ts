import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { snapshot, testPlugin, toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainThaw } from './chain-thaw.js';
import { discriminativeRates, rateSlice } from './discriminative-rates.js';
import { freezeTo, trainOnly, unfreezeEachEpoch } from './freezing.js';
import { gradualUnfreezing } from './recipes.js';
import { unfreezingPlan } from './unfreezing-plan.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const fit = { stage: 'a', train: toyLoader(3), epochs: 1 };

/** Writes down the rates and the trained groups of each epoch's first step. */
function recorder() {
  const rates: number[][] = [];
  const trained: string[][] = [];
  const plugin: TrainingPlugin = {
    name: 'recorder',
    beforeStep: ({ groups, batch }) => {
      if (batch !== 1) return;
      rates.push([...groups].map((g) => g.hyper.lr));
      trained.push([...groups].flatMap((g) => (g.frozen ? [] : [g.name])));
    },
  };
  return { rates, trained, plugin };
}

describe('rates', () => {
  it('are set group by group, and schedules multiply them', async () => {
    const { rates, plugin } = recorder();
    const half: TrainingPlugin = { name: 'half', rate: () => 0.5 };
    await toyTrainer().fit({
      ...fit,
      plugins: [discriminativeRates({ lr: 0.1, divisor: 2 }), half, plugin],
    });
    expect(rates).toEqual([[0.0125, 0.025, 0.05]]);
  });

  it("spread the fit's own rate when they have none, however often", async () => {
    const { rates, plugin } = recorder();
    const trainer = toyTrainer({ plugins: [discriminativeRates({ divisor: 2 }), plugin] });
    await trainer.fit({ ...fit, lr: 0.08 });
    await trainer.fit({ ...fit, stage: 'b' });
    expect(rates).toEqual([
      [0.02, 0.04, 0.08],
      [0.02, 0.04, 0.08],
    ]);
  });

  it('of a slice', async () => {
    const { rates, plugin } = recorder();
    await toyTrainer().fit({ ...fit, plugins: [rateSlice(0.05), plugin] });
    expect(rates).toEqual([[0.005, 0.005, 0.05]]);
  });

  it('have one owner', async () => {
    const owner: TrainingPlugin = { name: 'other', owns: ['lr'] };
    await expect(toyTrainer().fit({ ...fit, plugins: [rateSlice(0.05), owner] })).rejects.toThrow(
      'both discriminativeRates and other set lr',
    );
  });

  it('that make no sense are refused before a step', async () => {
    await expect(toyTrainer().fit({ ...fit, plugins: [discriminativeRates({ lr: -1 })] })).rejects.toThrow(
      'lr is -1',
    );
  });
});

describe('freezing', () => {
  it('leaves frozen weights and their optimizer state alone', async () => {
    const trainer = toyTrainer();
    await trainer.fit({ ...fit, lr: 0.01 });
    const before = snapshot(trainer.stateDict()).tensors;
    await trainer.fit({ ...fit, stage: 'b', lr: 0.01, plugins: [freezeTo(-1)] });
    const after = snapshot(trainer.stateDict()).tensors;
    for (const name of ['w0', 'w1']) {
      expect(after[`parameter/${name}`]).toEqual(before[`parameter/${name}`]);
      expect(after[`optimizer/${name}`]).toEqual(before[`optimizer/${name}`]);
    }
    expect(after['parameter/w2']).not.toEqual(before['parameter/w2']);
  });

  it('to a group that is not there is refused', async () => {
    await expect(toyTrainer().fit({ ...fit, plugins: [freezeTo(-4)] })).rejects.toThrow(
      'freezeTo(-4): there are 3 parameter groups',
    );
    await expect(toyTrainer().fit({ ...fit, plugins: [trainOnly(['head'])] })).rejects.toThrow(
      'no parameter group head',
    );
    expect(() => unfreezeEachEpoch({ every: 0 })).toThrow('every is 0; it must be an integer from 1');
  });

  it('takes one freezing plugin a fit', async () => {
    await expect(toyTrainer().fit({ ...fit, plugins: [freezeTo(0), chainThaw()] })).rejects.toThrow(
      'two plugins are named freezing',
    );
  });

  it.each([
    ['unfreezeEachEpoch', unfreezeEachEpoch(), [['top'], ['middle', 'top'], ['bottom', 'middle', 'top']]],
    [
      'unfreezeEachEpoch from two',
      unfreezeEachEpoch({ first: 2 }),
      [
        ['middle', 'top'],
        ['bottom', 'middle', 'top'],
      ],
    ],
    ['unfreezeEachEpoch by twos', unfreezeEachEpoch({ every: 2 }), [['top'], ['top'], ['middle', 'top']]],
    ['chainThaw', chainThaw(), [['top'], ['bottom'], ['middle'], ['bottom', 'middle', 'top']]],
  ])('%s', async (_, freezing, expected) => {
    const { trained, plugin } = recorder();
    await toyTrainer().fit({ ...fit, epochs: 5, lr: 0.01, plugins: [freezing, plugin] });
    expect(trained.slice(0, expected.length)).toEqual(expected);
  });
});

describe('a plan', () => {
  it('trains stage by stage, and the loss falls', async () => {
    const { rates, trained, plugin } = recorder();
    const trainer = toyTrainer({ plugins: [plugin] });
    const plan = gradualUnfreezing({ groups: trainer.groups.names, lr: 0.05, divisor: 2, lastEpochs: 8 });
    const before = await trainer.evaluate(fit.train);
    for (const { stage, epochs, plugins } of unfreezingPlan(plan)) {
      await trainer.fit({ stage, epochs, train: fit.train, plugins });
    }
    expect(trained.slice(0, 3)).toEqual([['top'], ['middle', 'top'], ['bottom', 'middle', 'top']]);
    for (const row of rates) expect(row).toEqual([0.0125, 0.025, 0.05]);
    expect(trainer.history.map((h) => h.stage).slice(0, 3)).toEqual([
      'thaw-top',
      'thaw-middle',
      'thaw-bottom',
    ]);
    expect((await trainer.evaluate(fit.train))?.['loss']).toBeLessThan((before?.['loss'] as number) / 2);
  });
});

describe('the protocol', () => {
  it.each<[string, () => TrainingPlugin | readonly TrainingPlugin[]]>([
    ['freezeTo', () => freezeTo(-2)],
    ['trainOnly', () => trainOnly(['rnn'])],
    ['chainThaw', () => chainThaw()],
    ['discriminativeRates with unfreezeEachEpoch', () => [discriminativeRates(), unfreezeEachEpoch()]],
  ])('is kept to by %s', async (_, make) => {
    await testPlugin(() => {
      const [plugin, ...plugins] = [make()].flat() as [TrainingPlugin, ...TrainingPlugin[]];
      return { plugin, plugins };
    });
  });
});
