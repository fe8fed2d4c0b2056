import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { UlmfitError } from '@ulmfit/errors';
import { testPlugin, type MakePlugin } from '@ulmfit/plugin-testkit';
import { createTrainer, memoryStore, checkpointing, type Metric, type TrainingPlugin } from '@ulmfit/trainer';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from './adam.js';
import { clipGlobalNorm } from './clip-global-norm.js';
import { clipValue } from './clip-value.js';
import { exponentialAverage } from './exponential-average.js';
import { isNonMonotonic, ntAsgd } from './nt-asgd.js';
import { sgd } from './sgd.js';
import { numbers, toyLoader, toyModel } from './toy.test-helper.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const seedGradients = () => ({
  w: tf.tensor2d([
    [0.1, -0.2, 0.3],
    [1, 0, -2],
  ]) as tf.Tensor,
  b: tf.tensor1d([0.1, -0.8]) as tf.Tensor,
});

/** Calls a plugin's hook as the trainer does. */
function transform(plugin: TrainingPlugin, gradients: Record<string, tf.Tensor>) {
  const reported: Record<string, number> = {};
  const report = (name: string, value: tf.Scalar) => {
    reported[name] = value.dataSync()[0] as number;
  };
  const result = plugin.gradients?.(gradients, undefined as never, report, 1);
  return { result: result as Record<string, tf.Tensor>, reported };
}

describe('clipGlobalNorm', () => {
  it("gives PyTorch's numbers", () => {
    const { result, reported } = transform(clipGlobalNorm(0.25), seedGradients());
    expect(reported['gradNorm']).toBeCloseTo(2.4062419, 6);
    const wanted = [0.0103896, -0.0207793, 0.0311689, 0.1038964, 0, -0.2077928, 0.0103896, -0.0831171];
    const got = [...numbers(result['w'] as tf.Tensor), ...numbers(result['b'] as tf.Tensor)];
    wanted.forEach((v, i) => expect(got[i]).toBeCloseTo(v, 6));
  });

  it('never makes a norm longer than it is told, and leaves a shorter one alone', () => {
    const element = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 1, maxLength: 9 }),
        fc.double({ min: 0.01, max: 50 }),
        (g, max) => {
          tf.tidy(() => {
            const gradients = { g: tf.tensor1d(g) as tf.Tensor };
            const { result } = transform(clipGlobalNorm(max), gradients);
            const clipped = numbers(result['g'] as tf.Tensor);
            const norm = Math.hypot(...numbers(gradients.g));
            expect(Math.hypot(...clipped)).toBeLessThanOrEqual(max * (1 + 1e-5));
            if (norm < max - 1e-3) expect(clipped).toEqual(numbers(gradients.g));
          });
        },
      ),
      { seed: 2, numRuns: 50 },
    );
  });

  it('reports the norm before it, and stops a training whose norm is not finite', async () => {
    const model = toyModel();
    const norms: (number | undefined)[] = [];
    const see: TrainingPlugin = { name: 'see', afterStep: (ctx) => void norms.push(ctx.last['gradNorm']) };
    const trainer = createTrainer({
      model,
      optimizer: sgd({ lr: 0.1 }),
      plugins: [clipGlobalNorm(1e-6), see],
    });
    const before = numbers(model.parameters[0]?.variable as tf.Tensor);
    await trainer.fit({ stage: 'a', train: toyLoader([4]), epochs: 1 });
    expect(norms[0]).toBeGreaterThan(0.1);
    const after = numbers(model.parameters[0]?.variable as tf.Tensor);
    after.forEach((v, i) => expect(Math.abs(v - (before[i] as number))).toBeLessThan(2e-7));
    model.parameters[1]?.variable.assign(tf.tensor1d([Infinity]));
    await expect(trainer.fit({ stage: 'b', train: toyLoader([4]), epochs: 1 })).rejects.toThrow(
      /not finite|is NaN|is Infinity/,
    );
  });
});

describe('clipValue', () => {
  it('cuts each element, and reports the norm before', () => {
    const { result, reported } = transform(clipValue(0.25), seedGradients());
    expect(reported['gradNorm']).toBeCloseTo(2.4062419, 6);
    expect(numbers(result['b'] as tf.Tensor).map((v) => Number(v.toFixed(6)))).toEqual([0.1, -0.25]);
  });

  it('refuses a limit that is none', () => {
    for (const make of [clipValue, clipGlobalNorm]) expect(() => make(0)).toThrow(UlmfitError);
  });
});

describe('accumulation', () => {
  const train = async (sizes: number[], accumulate: number) => {
    const model = toyModel();
    const trainer = createTrainer({
      model,
      optimizer: adam({ lr: 0.05 }),
      plugins: [clipGlobalNorm(0.5)],
    });
    const { history } = await trainer.fit({ stage: 'fit', train: toyLoader(sizes), epochs: 2, accumulate });
    return {
      weights: model.parameters.flatMap((p) => numbers(p.variable)),
      losses: history.map((h) => h.values['loss'] as number),
      steps: history.map((h) => h.step),
    };
  };

  it.each([
    ['equal', [2, 2, 2, 2, 2, 2, 2, 2]],
    ['unequal', [1, 5, 2, 3, 4, 1, 1, 2]],
  ])('of 4 micro-batches with %s numbers of targets is one batch of them all', async (_, sizes) => {
    const whole = [0, 4].map((i) => sizes.slice(i, i + 4).reduce((a, b) => a + b, 0));
    const accumulated = await train(sizes, 4);
    const at = await train(whole, 1);
    expect(accumulated.steps).toEqual(at.steps);
    accumulated.weights.forEach((v, i) => expect(v).toBeCloseTo(at.weights[i] as number, 5));
    accumulated.losses.forEach((v, i) => expect(v).toBeCloseTo(at.losses[i] as number, 5));
    const alone = await train(sizes, 1);
    expect(Math.abs((alone.weights[0] as number) - (at.weights[0] as number))).toBeGreaterThan(1e-3);
  });
});

describe('freezing', () => {
  it('keeps the state of what is frozen, and starts the steps of what is unfrozen late', async () => {
    const model = toyModel();
    const trainer = createTrainer({ model, optimizer: adam({ lr: 0.05 }) });
    trainer.groups.freezeTo(-1);
    const body = numbers(model.parameters[0]?.variable as tf.Tensor);
    await trainer.fit({ stage: 'head', train: toyLoader([4, 4]), epochs: 1 });
    expect(numbers(model.parameters[0]?.variable as tf.Tensor)).toEqual(body);
    expect(trainer.optimizer.stateDict().json).toMatchObject({ steps: { 'head.bias': 2 } });
    trainer.groups.unfreeze();
    await trainer.fit({ stage: 'all', train: toyLoader([4, 4]), epochs: 1 });
    expect(trainer.optimizer.stateDict().json).toMatchObject({ steps: { 'head.bias': 4, 'body.weight': 2 } });
  });
});

describe('ntAsgd', () => {
  it('asks for the best of all but the last n', () => {
    // Algorithm 1 of the paper with n = 2: v > min of logs[0 .. t - n - 1], and t > n.
    expect(isNonMonotonic([], 9, 2)).toBe(false);
    expect(isNonMonotonic([5, 4], 9, 2)).toBe(false);
    expect(isNonMonotonic([5, 4, 3], 6, 2)).toBe(true);
    expect(isNonMonotonic([5, 4, 3], 5, 2)).toBe(false);
    expect(isNonMonotonic([5, 4, 3, 1], 4.5, 2)).toBe(true);
    expect(isNonMonotonic([5, 4, 3, 1], 3.5, 2)).toBe(false);
    expect(isNonMonotonic([1, 2], 1.5, 0)).toBe(true);
    expect(isNonMonotonic([NaN, 4, 3, 1], 4.5, 2)).toBe(true);
    expect(isNonMonotonic([NaN, 3, 1], 4.5, 2)).toBe(false);
    expect(isNonMonotonic([5, 4, 3], NaN, 2)).toBe(false);
  });

  /** A fit whose validation losses are scripted, by moving the bias before each. */
  const scripted = (biases: readonly number[]): TrainingPlugin => ({
    name: 'scripted',
    beforeValidate: (ctx) => {
      const bias = ctx.groups.parameters[1];
      tf.tidy(() => bias?.variable.assign(tf.tensor1d([biases[ctx.epoch] as number])));
    },
  });

  const averagingBy = (seen: boolean[]): TrainingPlugin => ({
    name: 'seen',
    afterEpoch: (ctx) => void seen.push((ctx.optimizer as unknown as { averaging: boolean }).averaging),
  });

  it('starts to average when the validation gets worse, and not before', async () => {
    const model = toyModel();
    const { optimizer, plugin } = ntAsgd({ patience: 2, lr: 1e-9 });
    const seen: boolean[] = [];
    // The loss is least with a bias near 1 and grows with the distance.
    const plugins = [scripted([6, 5, 4, 5.5, 5.2, 7]), plugin, averagingBy(seen)];
    const trainer = createTrainer({ model, optimizer, plugins });
    await trainer.fit({ stage: 'a', train: toyLoader([4]), validate: toyLoader([4]), epochs: 6 });
    // 5.5 against [6], 5.2 against [6, 5]: worse, so the fifth triggers.
    expect(seen).toEqual([false, false, false, false, true, true]);
  });

  it('validates with the average and trains on the weights', async () => {
    const model = toyModel();
    const { optimizer, plugin } = ntAsgd({ patience: 0, lr: 0.3 });
    const average: number[][] = [];
    const trained: number[][] = [];
    const validated: number[][] = [];
    const look: Metric = {
      name: 'look',
      measure: () => {
        validated.push(numbers(model.parameters[0]?.variable as tf.Tensor));
        return { sum: 0, weight: 1 };
      },
    };
    const weights: TrainingPlugin = {
      name: 'weights',
      beforeValidate: (ctx) => {
        trained.push(numbers(model.parameters[0]?.variable as tf.Tensor));
        const means = ctx.optimizer.evaluationWeights?.();
        average.push(means ? numbers(means['body.weight'] as tf.Tensor) : []);
      },
      afterValidate: () => void trained.push(numbers(model.parameters[0]?.variable as tf.Tensor)),
    };
    const trainer = createTrainer({ model, optimizer, plugins: [weights, plugin], metrics: [look] });
    await trainer.fit({ stage: 'sgd', train: toyLoader([3, 3]), validate: toyLoader([3]), epochs: 1 });
    trainer.optimizer.startAveraging();
    await trainer.fit({ stage: 'asgd', train: toyLoader([3, 3, 3]), validate: toyLoader([3]), epochs: 1 });
    expect(average[0]).toEqual([]);
    expect(validated[0]).toEqual(trained[0]);
    expect(validated[1]).toEqual(average[1]);
    expect(average[1]).not.toEqual(trained[2]);
    expect(trained[3]).toEqual(trained[2]);
  });

  it('resumes with its history and its average', async () => {
    const fit = async (epochs: number, resume: boolean, store = memoryStore(), signalAt?: number) => {
      const model = toyModel();
      const { optimizer, plugin } = ntAsgd({ patience: 1, lr: 0.1 });
      const abort = new AbortController();
      const seen: boolean[] = [];
      const cut: TrainingPlugin = {
        name: 'cut',
        afterBatch: (ctx) => void (ctx.step === signalAt && abort.abort()),
      };
      const trainer = createTrainer({
        model,
        optimizer,
        plugins: [scripted([3, 4, 5, 6, 7, 8]), plugin, averagingBy(seen), cut, checkpointing({ store })],
      });
      if (resume) {
        const last = (await store.list()).at(-1);
        trainer.loadStateDict(await store.load(last?.name as string));
      }
      const options = { stage: 's', train: toyLoader([2, 3]), validate: toyLoader([4]), epochs };
      await trainer.fit({ ...options, signal: abort.signal });
      const state = trainer.stateDict();
      return {
        seen,
        state: Object.fromEntries(Object.entries(state.tensors).map(([k, t]) => [k, numbers(t)])),
      };
    };
    const straight = await fit(6, false);
    for (const at of [5, 9]) {
      const store = memoryStore();
      await fit(6, false, store, at);
      const resumed = await fit(6, true, store);
      expect(resumed.state).toEqual(straight.state);
      expect(Object.keys(resumed.state)).toContain('optimizer/average/body.weight');
      expect(resumed.seen).toEqual(straight.seen.slice(-resumed.seen.length));
    }
  });

  it('needs a validation', async () => {
    const { optimizer, plugin } = ntAsgd({ lr: 0.1 });
    const trainer = createTrainer({ model: toyModel(), optimizer, plugins: [plugin] });
    await expect(trainer.fit({ stage: 'a', train: toyLoader([4]), epochs: 1 })).rejects.toThrow(
      'the fit has no validation',
    );
  });

  it('needs its optimizer', async () => {
    const trainer = createTrainer({
      model: toyModel(),
      optimizer: sgd({ lr: 0.1 }),
      plugins: [ntAsgd().plugin],
    });
    await expect(trainer.fit({ stage: 'a', train: toyLoader([4]), epochs: 1 })).rejects.toThrow(
      'this trainer has sgd',
    );
  });
});

describe('the protocol', () => {
  it.each<[string, MakePlugin<unknown, unknown, Record<never, never>>]>([
    ['clipGlobalNorm', () => clipGlobalNorm(0.1)],
    ['clipValue', () => clipValue(0.01)],
    ['ntAsgd', () => ntAsgd({ patience: 0, lr: 0.1 })],
    ['exponentialAverage', () => exponentialAverage({ decay: 0.5 })],
  ])('is kept to by %s', async (_, make) => {
    await testPlugin(make);
  });
});
