import * as tf from '@tensorflow/tfjs-core';
import { createLanguageModel, type LanguageModelInput } from '@ulmfit/awd-lstm';
import { discriminativeRates } from '@ulmfit/discriminative';
import { randomKey, uniformValues } from '@ulmfit/kernels';
import { adam, clipGlobalNorm, ntAsgd } from '@ulmfit/optimizers';
import { learningRateSchedule, simulate, slantedTriangular } from '@ulmfit/schedulers';
import {
  checkpointing,
  createTrainer,
  memoryStore,
  parameter,
  parameterGroup,
  type Cursor,
  type Loader,
  type Model,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';

interface Batch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

/** A perceptron that knows nothing of language: no taps, no states, two groups. */
function perceptron(): Model<Batch, tf.Tensor2D> {
  const layer = (name: string, rows: number, columns: number) => {
    const values = uniformValues(rows * columns, -1, 1, randomKey({ seed: 2, stream: name }));
    return [
      parameter(`${name}.weight`, 'weight', tf.tensor2d(values, [rows, columns])),
      parameter(`${name}.bias`, 'bias', tf.zeros([columns])),
    ] as const;
  };
  const hidden = layer('hidden', 2, 8);
  const output = layer('output', 8, 1);
  const affine = (x: tf.Tensor2D, [w, b]: ReturnType<typeof layer>): tf.Tensor2D =>
    tf.add(tf.matMul(x, w.variable), b.variable);
  return {
    name: 'perceptron',
    groups: [parameterGroup('hidden', hidden), parameterGroup('output', output)],
    taps: [],
    forward: ({ x }) => affine(tf.tanh(affine(x, hidden)), output),
    loss: (made, { y }) => tf.mean(tf.square(tf.sub(made, y))),
    targets: ({ x }) => x.shape[0],
    dispose: () => tf.dispose([...hidden, ...output].map((p) => p.variable)),
  };
}

/** Points of the surface `x y + x`; batch `b` of epoch `e` has numbers of its own. */
function surface(batches: number, stream: string): Loader<Batch> {
  return {
    batches: () => batches,
    *open({ epoch, batch }: Cursor) {
      for (let b = batch; b < batches; b++) {
        const x = uniformValues(16, -1, 1, randomKey({ seed: 5, stream, step: epoch, microBatch: b }));
        const y = Array.from({ length: 8 }, (_, i) => (x[2 * i] as number) * ((x[2 * i + 1] as number) + 1));
        yield { x: tf.tensor2d(x, [8, 2]), y: tf.tensor2d(y, [8, 1]) };
      }
    },
  };
}

/** Text in which each token tells the next: `0 1 2 ... 6 0 1 ...`, in two streams. */
function cycle(batches: number): Loader<LanguageModelInput> {
  return {
    batches: () => batches,
    *open({ batch }: Cursor) {
      const window = (start: number) =>
        tf.tensor2d(
          [0, 3].map((stream) => Array.from({ length: 5 }, (_, t) => (start + stream + t) % 7)),
          [2, 5],
          'int32',
        );
      for (let b = batch; b < batches; b++) yield { ids: window(5 * b), targets: window(5 * b + 1) };
    },
  };
}

describe("ULMFiT's techniques", () => {
  const epochs = 12;
  const steps = 12 * 4;
  const fitOptions = {
    stage: 'train',
    train: surface(4, 'train'),
    validate: surface(1, 'valid'),
    epochs,
    lr: 0.1,
  };
  const build = (more: TrainingPlugin[] = []) => {
    const { optimizer, plugin } = ntAsgd({ patience: 1 });
    const schedule = learningRateSchedule(slantedTriangular());
    const plugins = [schedule, discriminativeRates(), plugin, ...more];
    return createTrainer({ model: perceptron(), optimizer, plugins });
  };
  const numbers = (trainer: ReturnType<typeof build>) =>
    Object.fromEntries(
      Object.entries(trainer.stateDict().tensors).map(([name, t]) => [name, [...t.dataSync()]]),
    );

  it('train a perceptron together: slanted triangle, discriminative rates and NT-ASGD', async () => {
    const before = tf.memory().numTensors;
    const rates: { hidden: number; output: number }[] = [];
    const watch: TrainingPlugin = {
      name: 'watch',
      beforeStep: ({ groups }) =>
        void rates.push({ hidden: groups.get('hidden').hyper.lr, output: groups.get('output').hyper.lr }),
    };
    const trainer = build([watch]);
    const { history } = await trainer.fit(fitOptions);
    const triangle = simulate(slantedTriangular(), steps);
    expect(rates).toHaveLength(steps);
    rates.forEach(({ hidden, output }, step) => {
      expect(output).toBeCloseTo(0.1 * (triangle[step] as number), 12);
      expect(hidden).toBeCloseTo(output / 2.6, 12);
    });
    const losses = history.map((r) => r.values['valid/loss'] as number);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
    trainer.dispose();
    trainer.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('resume together to the same weights and averages, byte for byte', async () => {
    const store = memoryStore();
    const make = () => build([checkpointing({ store, keep: 99 })]);
    const whole = make();
    // A rate that is too high makes the validation loss rise, so that the averaging begins on the way.
    await whole.fit({ ...fitOptions, lr: 1 });
    const expected = numbers(whole);
    expect(whole.optimizer.averaging).toBe(true);
    for (const { name } of (await store.list()).filter((_, i) => i % 4 === 0)) {
      const resumed = make();
      const state = await store.load(name);
      resumed.loadStateDict(state);
      tf.dispose(state.tensors);
      await resumed.fit({ ...fitOptions, lr: 1 });
      expect(numbers(resumed)).toEqual(expected);
      resumed.dispose();
      resumed.model.dispose();
    }
    whole.dispose();
    whole.model.dispose();
  });
});

describe('AWD-LSTM', () => {
  it("is a plain LSTM language model without its regularisers, under anyone's optimizer and scheduler", async () => {
    const before = tf.memory().numTensors;
    const model = createLanguageModel({ vocabulary: 7, embedding: 6, hidden: 8, layers: 2 }, { seed: 1 });
    const decay: TrainingPlugin = { name: 'decay', rate: ({ progress }) => 1 - progress };
    const trainer = createTrainer({ model, optimizer: adam(), plugins: [decay, clipGlobalNorm(1)] });
    expect(trainer.explain()).not.toMatch(/rewrite|observe|loss terms/);
    const { history } = await trainer.fit({
      stage: 'train',
      train: cycle(20),
      validate: cycle(3),
      epochs: 4,
      lr: 0.1,
    });
    // The next token is certain; guessing would cost ln 7.
    expect(history[0]?.values['loss']).toBeGreaterThan(0.5);
    expect(history.at(-1)?.values['valid/loss']).toBeLessThan(0.1);
    trainer.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
