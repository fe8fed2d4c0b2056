import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { memoryStore, simulate, type TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { bpttRateScaling } from './bptt-rate-scaling.js';
import { constant, linear } from './annealing.js';
import { oneCycle, oneCycleMomentum, oneCyclePolicy } from './one-cycle.js';
import { learningRateSchedule, momentumSchedule } from './schedule-plugins.js';
import { slantedTriangular } from './slanted-triangular.js';
import { numbersOf, tinyLoader, tinyTrainer } from '../../../tools/tiny-trainer.js';

/** Writes down what holds at each step. */
function recorder() {
  const seen: { lr: number; momentum: number }[] = [];
  const plugin: TrainingPlugin = {
    name: 'recorder',
    beforeStep: ({ groups }) => {
      const { lr, momentum } = groups.get('top').hyper;
      seen.push({ lr, momentum });
    },
  };
  return { seen, plugin };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('schedule plugins', () => {
  it('multiply the base rate, over all epochs of the fit', async () => {
    const trainer = tinyTrainer();
    const { seen, plugin } = recorder();
    const schedule = slantedTriangular({ cutFraction: 0.25, ratio: 4 });
    await trainer.fit({
      stage: 'a',
      train: tinyLoader(5),
      epochs: 2,
      lr: 0.02,
      plugins: [
        learningRateSchedule(schedule),
        learningRateSchedule(constant(0.5), { name: 'half' }),
        momentumSchedule(linear(0.9, 0.5)),
        plugin,
      ],
    });
    expect(seen.map((s) => s.lr)).toEqual(simulate(schedule, 10).map((factor) => 0.02 * factor * 0.5));
    expect(seen.map((s) => s.momentum)).toEqual(simulate(linear(0.9, 0.5), 10));
  });

  it('oneCyclePolicy sets rate and momentum, and will not share the momentum', async () => {
    const trainer = tinyTrainer();
    const { seen, plugin } = recorder();
    const fit = { stage: 'a', train: tinyLoader(8), epochs: 1, lr: 0.01 };
    await trainer.fit({ ...fit, plugins: [oneCyclePolicy({ momentums: [0.9, 0.8, 0.9] }), plugin] });
    expect(seen.map((s) => s.lr)).toEqual(simulate(oneCycle(), 8).map((factor) => 0.01 * factor));
    expect(seen.map((s) => s.momentum)).toEqual(simulate(oneCycleMomentum([0.9, 0.8, 0.9]), 8));
    await expect(
      trainer.fit({ ...fit, plugins: [oneCyclePolicy(), momentumSchedule(constant(0.9))] }),
    ).rejects.toThrow('both oneCycle and momentumSchedule set momentum');
  });

  it('bpttRateScaling scales a step by its own batch alone', async () => {
    const { seen, plugin } = recorder();
    const fit = { stage: 'a', train: tinyLoader(4), epochs: 1, lr: 0.04 };
    await tinyTrainer().fit({ ...fit, plugins: [bpttRateScaling(), plugin] });
    expect(seen.map((s) => s.lr)).toEqual([0.01, 0.02, 0.03, 0.04]);
  });

  it('a resumed fit has the rates and weights of one that was never stopped', async () => {
    const fit = { stage: 'a', train: tinyLoader(4), epochs: 3, lr: 0.05 };
    const whole = recorder();
    const straight = tinyTrainer();
    const store = memoryStore();
    await straight.fit({
      ...fit,
      plugins: [
        oneCyclePolicy(),
        bpttRateScaling(),
        whole.plugin,
        {
          name: 'save',
          save: async (ctx, moment) => {
            const info = { name: 'five', stage: 'a', epoch: 1, step: 5 };
            if (moment === 'step' && ctx.step === 5) await store.save(info, ctx.stateDict());
          },
        },
      ],
    });

    const rest = recorder();
    const resumed = tinyTrainer();
    const saved = await store.load('five');
    resumed.loadStateDict(saved);
    tf.dispose(Object.values(saved.tensors));
    await resumed.fit({ ...fit, plugins: [oneCyclePolicy(), bpttRateScaling(), rest.plugin] });
    expect(rest.seen).toEqual(whole.seen.slice(5));
    expect(numbersOf(resumed).tensors).toEqual(numbersOf(straight).tensors);
  });
});
