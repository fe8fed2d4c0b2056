import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { snapshot, toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import { checkpointing, earlyStopping, memoryStore, type TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { findLearningRate } from './learning-rate-finder.js';
import { steep, valley } from './rate-suggestions.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A trainer in the midst of its life: optimizer state, history, a frozen group. */
async function usedTrainer() {
  const trainer = toyTrainer();
  await trainer.fit({ stage: 'before', train: toyLoader(3), epochs: 1, lr: 0.01 });
  trainer.groups.freezeTo(1);
  return trainer;
}

describe('findLearningRate', () => {
  it('sweeps by equal factors, over a loader shorter than the sweep', async () => {
    const { rates, losses, suggestions } = await findLearningRate(toyTrainer(), {
      train: toyLoader(7),
      startLr: 1e-4,
      endLr: 1e-1,
      steps: 30,
    });
    expect(rates).toHaveLength(30);
    expect(losses).toHaveLength(30);
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(1e-4 * 1000 ** (i / 30), 12));
    expect(Object.keys(suggestions)).toEqual(['valley', 'slide', 'minimum', 'steep']);
    for (const rate of Object.values(suggestions)) expect(rate).toBeGreaterThan(0);
  });

  it('smooths the training loss with .98, debiased', async () => {
    const raw: number[] = [];
    const listener: TrainingPlugin = {
      name: 'listener',
      afterBatch: ({ last }) => void raw.push(last['loss'] as number),
    };
    const { losses } = await findLearningRate(toyTrainer(), {
      train: toyLoader(7),
      steps: 20,
      suggestions: { valley },
      plugins: [listener],
    });
    let average = 0;
    losses.forEach((smoothed, i) => {
      average = (raw[i] as number) * 0.02 + average * 0.98;
      expect(smoothed).toBeCloseTo(average / (1 - 0.98 ** (i + 1)), 10);
    });
  });

  it('stops when the smoothed loss is four times its least', async () => {
    const { rates, losses, suggestions } = await findLearningRate(toyTrainer(), {
      train: toyLoader(Array.from({ length: 100 }, () => 16)),
      startLr: 1e-3,
      endLr: 1e3,
      suggestions: { valley, steep },
    });
    expect(rates.length).toBeLessThan(100);
    const least = Math.min(...losses);
    expect(losses.at(-1)).toBeGreaterThan(4 * least);
    for (const loss of losses.slice(0, -1)) expect(loss).toBeLessThanOrEqual(4 * least);
    expect(suggestions.valley).toBeLessThan(rates.at(-1) as number);
    expect(Object.keys(suggestions)).toEqual(['valley', 'steep']);
  });

  it('sweeps the top group, the others in proportion', async () => {
    const seen: number[][] = [];
    const discriminative: TrainingPlugin = {
      name: 'discriminative',
      owns: ['lr'],
      beforeFit: ({ groups }) => groups.setBase({ lr: { bottom: 0.02, middle: 0.1, top: 0.2 } }),
      beforeStep: ({ groups }) => void seen.push([...groups].map((g) => g.hyper.lr)),
    };
    const { rates } = await findLearningRate(toyTrainer(), {
      train: toyLoader(10),
      steps: 10,
      endLr: 0.01,
      suggestions: {},
      plugins: [discriminative],
    });
    seen.forEach(([bottom, middle, top], i) => {
      expect(top).toBeCloseTo(rates[i] as number, 12);
      expect(middle).toBeCloseTo((rates[i] as number) / 2, 12);
      expect(bottom).toBeCloseTo((rates[i] as number) / 10, 12);
    });
  });

  it('leaves weights, optimizer, groups, history and memory as they were', async () => {
    const trainer = await usedTrainer();
    const before = snapshot(trainer.stateDict());
    const tensors = tf.memory().numTensors;
    await findLearningRate(trainer, { train: toyLoader(7), steps: 30, startLr: 1e-3 });
    expect(snapshot(trainer.stateDict())).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('training goes on afterwards as if nothing had been', async () => {
    const [searched, plain] = [await usedTrainer(), await usedTrainer()];
    await findLearningRate(searched, { train: toyLoader(7), steps: 30 });
    for (const trainer of [searched, plain])
      await trainer.fit({ stage: 'after', train: toyLoader(5), epochs: 2, lr: 0.02 });
    expect(snapshot(searched.stateDict()).tensors).toEqual(snapshot(plain.stateDict()).tensors);
  });

  it('runs plugins that watch a validation or save, which sit it out', async () => {
    const store = memoryStore();
    const trainer = toyTrainer({ plugins: [earlyStopping({ patience: 1 }), checkpointing({ store })] });
    const { rates } = await findLearningRate(trainer, {
      train: toyLoader(7),
      steps: 30,
      stopFactor: Infinity,
    });
    expect(rates).toHaveLength(30);
    expect(await store.list()).toEqual([]);
  });

  it('refuses a trainer whose state waits for its fit, which then goes on', async () => {
    const store = memoryStore();
    const options = { stage: 's', train: toyLoader(4), epochs: 2, lr: 0.01 };
    const whole = toyTrainer({ plugins: [checkpointing({ store })] });
    await whole.fit(options);
    const [{ name } = { name: '' }] = await store.list();
    const resumed = toyTrainer({ plugins: [checkpointing({ store })] });
    resumed.loadStateDict(await store.load(name));
    await expect(findLearningRate(resumed, { train: toyLoader(7) })).rejects.toThrow(
      /^findLearningRate: the loaded state belongs to the unfinished fit s/,
    );
    await resumed.fit(options);
    expect(snapshot(resumed.stateDict()).tensors).toEqual(snapshot(whole.stateDict()).tensors);
  });

  it('restores after an error, and passes the error on', async () => {
    const trainer = await usedTrainer();
    const before = snapshot(trainer.stateDict());
    const tensors = tf.memory().numTensors;
    const broken: TrainingPlugin = {
      name: 'broken',
      afterStep: ({ step }) => {
        if (step === 4) throw new Error('broken pipe');
      },
    };
    await expect(
      findLearningRate(trainer, { train: toyLoader(7), startLr: 1e-2, plugins: [broken] }),
    ).rejects.toThrow('broken pipe');
    expect(snapshot(trainer.stateDict())).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('takes numbers that are not finite as the end of the sweep', async () => {
    const trainer = await usedTrainer();
    const before = snapshot(trainer.stateDict());
    const { rates, losses } = await findLearningRate(trainer, {
      train: toyLoader(30),
      endLr: 1e30,
      steps: 30,
      stopFactor: Infinity,
      suggestions: {},
    });
    expect(rates.length).toBeGreaterThan(5);
    expect(rates.length).toBeLessThan(30);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(snapshot(trainer.stateDict())).toEqual(before);
  });

  it('is cut short by a signal, restored', async () => {
    const trainer = await usedTrainer();
    const before = snapshot(trainer.stateDict());
    const stop = new AbortController();
    const aborts: TrainingPlugin = { name: 'aborts', afterStep: () => stop.abort() };
    await expect(
      findLearningRate(trainer, { train: toyLoader(7), plugins: [aborts], signal: stop.signal }),
    ).rejects.toThrow('aborted');
    expect(snapshot(trainer.stateDict())).toEqual(before);
  });

  it('refuses settings that make no sense and sweeps that are too short to judge', async () => {
    const train = toyLoader(7);
    await expect(findLearningRate(toyTrainer(), { train, startLr: 0 })).rejects.toThrow('startLr is 0');
    await expect(findLearningRate(toyTrainer(), { train: toyLoader(0) })).rejects.toThrow(
      "the loader's number of batches is 0",
    );
    await expect(findLearningRate(toyTrainer(), { train, steps: 12 })).rejects.toThrow(
      'slide: 6 rates and 6 losses; it needs at least 16 of each',
    );
  });
});

describe('rate suggestions', () => {
  it('valley of two falling points is the last, as Python indexes it', () => {
    expect(valley([1, 2], [4, 3])).toBe(2);
    expect(valley([1, 2, 3], [1, 2, 3])).toBe(1);
  });
});
