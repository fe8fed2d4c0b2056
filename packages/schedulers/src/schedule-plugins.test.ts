import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { testPlugin, testSchedule, toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import { simulate, type Schedule, type TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { constant, cosine, exponential, linear, polynomial } from './annealing.js';
import { bpttRateScaling } from './bptt-rate-scaling.js';
import { byEpoch } from './by-epoch.js';
import { cosineWarmRestarts } from './cosine-warm-restarts.js';
import { flatCosine } from './flat-cosine.js';
import { oneCycle, oneCycleMomentum, oneCyclePolicy } from './one-cycle.js';
import { reduceOnPlateau } from './reduce-on-plateau.js';
import { learningRateSchedule, momentumSchedule } from './schedule-plugins.js';
import { slantedTriangular } from './slanted-triangular.js';
import { warmup } from './warmup.js';

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
    const trainer = toyTrainer();
    const { seen, plugin } = recorder();
    const schedule = slantedTriangular({ cutFraction: 0.25, ratio: 4 });
    await trainer.fit({
      stage: 'a',
      train: toyLoader(5),
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
    const trainer = toyTrainer();
    const { seen, plugin } = recorder();
    const fit = { stage: 'a', train: toyLoader(8), epochs: 1, lr: 0.01 };
    await trainer.fit({ ...fit, plugins: [oneCyclePolicy({ momentums: [0.9, 0.8, 0.9] }), plugin] });
    expect(seen.map((s) => s.lr)).toEqual(simulate(oneCycle(), 8).map((factor) => 0.01 * factor));
    expect(seen.map((s) => s.momentum)).toEqual(simulate(oneCycleMomentum([0.9, 0.8, 0.9]), 8));
    await expect(
      trainer.fit({ ...fit, plugins: [oneCyclePolicy(), momentumSchedule(constant(0.9))] }),
    ).rejects.toThrow('both oneCycle and momentumSchedule set momentum');
  });

  it('bpttRateScaling scales a step by its own batch alone', async () => {
    const { seen, plugin } = recorder();
    const fit = { stage: 'a', train: toyLoader(4), epochs: 1, lr: 0.04 };
    await toyTrainer().fit({ ...fit, plugins: [bpttRateScaling(), plugin] });
    expect(seen.map((s) => s.lr)).toEqual([0.01, 0.02, 0.03, 0.04]);
  });

  it.each<[string, () => TrainingPlugin<{ rateScale?: number }>]>([
    ['oneCyclePolicy', () => oneCyclePolicy()],
    ['bpttRateScaling', () => bpttRateScaling()],
    ['momentumSchedule', () => momentumSchedule(linear(0.9, 0.5))],
    ['reduceOnPlateau', () => reduceOnPlateau({ patience: 0, factor: 0.5 })],
  ])('%s keeps to the protocol', async (_, make) => {
    await testPlugin(make);
  });
});

describe('schedules', () => {
  it.each<[string, Schedule]>([
    ['constant', constant(0.5)],
    ['linear', linear(1, 0)],
    ['cosine', cosine(1, 0)],
    ['exponential', exponential(1, 1e-3)],
    ['polynomial', polynomial(1, 0, 2)],
    ['slantedTriangular', slantedTriangular()],
    ['oneCycle', oneCycle()],
    ['flatCosine', flatCosine()],
    ['cosineWarmRestarts', cosineWarmRestarts({ cycles: 2 })],
    ['warmup', warmup({ share: 0.1 })],
    ['byEpoch', byEpoch(cosine(1, 0))],
  ])('%s holds at every step of any fit', (_, schedule) => {
    testSchedule(schedule);
  });

  it('of the momentum, too', () => {
    testSchedule(oneCycleMomentum(), { of: 'momentum' });
  });
});
