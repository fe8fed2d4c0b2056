import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { CarriedStates, evaluate, inferencePass, type Metric } from '../index.js';
import {
  disposeToy,
  thrown,
  toyLoader,
  toyModel,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyBatch,
} from '../toy.test-helper.js';

const absoluteError: Metric<ToyBatch, tf.Tensor2D> = {
  name: 'absoluteError',
  measure: (output, { y }) => ({
    sum: tf.sum(tf.abs(tf.sub(output, y))).dataSync()[0] as number,
    weight: y.shape[0],
  }),
};
const negated = { ...absoluteError, name: 'negated', finish: (mean: number) => -mean };

describe('evaluate', () => {
  it('weights batches by their targets: the batching does not matter', async () => {
    const model = toyModel();
    const metrics = [absoluteError, negated];
    const whole = await evaluate(model, toyLoader([8]), { metrics });
    const parts = await evaluate(model, toyLoader([1, 5, 2]), { metrics });
    expect(Object.keys(whole ?? {})).toEqual(['loss', 'absoluteError', 'negated']);
    for (const [name, value] of Object.entries(whole ?? {})) expect(parts?.[name]).toBeCloseTo(value, 6);
    expect(whole?.['negated']).toBe(-(whole?.['absoluteError'] as number));
    model.dispose();
  });

  it('carries states from batch to batch, and starts from zero each time', async () => {
    const model = toyModel({ carries: true });
    const first = await evaluate(model, toyLoader([2, 2, 2]));
    expect(await evaluate(model, toyLoader([2, 2, 2]))).toEqual(first);
    const plain = toyModel();
    expect(await evaluate(plain, toyLoader([2, 2, 2]))).not.toEqual(first);
    model.dispose();
    plain.dispose();
  });

  it('tells how far it is and stops at a signal', async () => {
    const model = toyModel();
    const controller = new AbortController();
    const seen: string[] = [];
    const onBatch = (done: number, batches: number) => {
      seen.push(`${done}/${batches}`);
      if (done === 2) controller.abort();
    };
    const result = await evaluate(model, toyLoader([1, 1, 1]), { onBatch, signal: controller.signal });
    expect(result).toBeUndefined();
    expect(seen).toEqual(['1/3', '2/3']);
    model.dispose();
  });
});

describe('a metric of sums', () => {
  const ratio: Metric<ToyBatch, tf.Tensor2D> = {
    name: 'ratio',
    measure: (output, { y }) => [y, output].map((t) => tf.sum(tf.abs(t)).dataSync()[0] as number),
    reduce: ([truth = NaN, given = NaN]) => given / truth,
  };

  it('is made of the sums over all batches, in the fit too', async () => {
    const model = toyModel();
    const metrics = [absoluteError, ratio];
    const whole = await evaluate(model, toyLoader([8]), { metrics });
    const parts = await evaluate(model, toyLoader([1, 5, 2]), { metrics });
    expect(Object.keys(whole ?? {})).toEqual(['loss', 'absoluteError', 'ratio']);
    expect(parts?.['ratio']).toBeCloseTo(whole?.['ratio'] as number, 6);
    model.dispose();

    const trainer = toyTrainer({ metrics });
    const fit = { stage: 's', train: toyLoader([2]), validate: toyLoader([3, 1]), epochs: 2 };
    const { history } = await trainer.fit(fit);
    const last = await trainer.evaluate(toyLoader([4]));
    expect(history.at(-1)?.values['valid/ratio']).toBeCloseTo(last?.['ratio'] as number, 6);
    disposeToy(trainer);
  });

  it('is refused where batches give other numbers of sums', async () => {
    const model = toyModel();
    const wrong: Metric<ToyBatch> = {
      name: 'wrong',
      measure: (_, { x }) => new Array<number>(x.shape[0]).fill(1),
      reduce: (sums) => sums.length,
    };
    await expect(evaluate(model, toyLoader([2, 3]), { metrics: [wrong] })).rejects.toEqual(
      ulmfitError('BAD_OPTION', /^metrics: wrong gives 3 sums for a batch after 2 before/),
    );
    model.dispose();
  });
});

describe('metrics', () => {
  it.each([[['loss']], [['f1', 'f1']]])('of one name are refused: %j', async (names) => {
    const metrics = names.map((name): Metric => ({ name, measure: () => ({ sum: 1, weight: 1 }) }));
    const twice = ulmfitError('BAD_OPTION', /^metrics: (loss|f1) is defined twice; rename one$/);
    expect(thrown(() => toyTrainer({ metrics }))).toEqual(twice);
    const model = toyModel();
    await expect(evaluate(model, toyLoader([2]), { metrics })).rejects.toEqual(twice);
    model.dispose();
  });
});

describe('inferencePass', () => {
  it('runs a model in the phase `predict` and carries its states where they are kept', () => {
    const model = toyModel({ carries: true });
    const carried = new CarriedStates();
    const batch = toyLoader([3]).open({ epoch: 0, batch: 0 }).next().value as ToyBatch;
    const outputs = [1, 2].map(() =>
      tf.tidy(() => [...inferencePass((pass) => model.forward(batch, pass), carried).dataSync()]),
    );
    expect(outputs[1]).not.toEqual(outputs[0]);
    carried.reset();
    const { numTensors } = tf.memory();
    const alone = tf.tidy(() => [...inferencePass((pass) => model.forward(batch, pass)).dataSync()]);
    expect(alone).toEqual(outputs[0]);
    expect(tf.memory().numTensors).toBe(numTensors);
    tf.dispose({ ...batch });
    model.dispose();
  });
});

describe('evaluation weights', () => {
  it('stand in for the trained ones in validation and in `evaluate`, and nowhere else', async () => {
    const trainer = toyTrainer({ average: true });
    const watch: Record<string, ReturnType<typeof weights>> = {};
    const result = await trainer.fit({
      stage: 's',
      train: toyLoader([2, 2, 2]),
      validate: toyLoader([4]),
      epochs: 1,
      plugins: [
        {
          name: 'watch',
          beforeValidate: () => void (watch['before'] = weights(trainer)),
          afterValidate: () => void (watch['after'] = weights(trainer)),
        },
      ],
    });
    expect(watch['after']).toEqual(watch['before']);
    expect(weights(trainer)).toEqual(watch['before']);
    const evaluated = await trainer.evaluate(toyLoader([4]));
    expect(evaluated?.['loss']).toBe(result.history[0]?.values['valid/loss']);
    const raw = await evaluate(trainer.model, toyLoader([4]));
    expect(raw?.['loss']).not.toBe(evaluated?.['loss']);
    const inside = await trainer.withEvaluationWeights(() => weights(trainer)['parameter/w0']);
    expect(inside).not.toEqual(watch['before']?.['parameter/w0']);
    disposeToy(trainer);
  });

  it('are swapped out again when validation or an export throws', async () => {
    let fails = false;
    const failing: Metric<ToyBatch, tf.Tensor2D> = {
      name: 'failing',
      measure: () => {
        if (fails) throw new Error('no figure');
        return { sum: 1, weight: 1 };
      },
    };
    const trainer = toyTrainer({ average: true, metrics: [failing] });
    const options = { train: toyLoader([2, 2]), validate: toyLoader([4]), epochs: 1 };
    await trainer.fit({ ...options, stage: 'a' });
    fails = true;
    let trained: ReturnType<typeof weights> | undefined;
    const watch = { name: 'watch', beforeValidate: () => void (trained = weights(trainer)) };
    await expect(trainer.fit({ ...options, stage: 'b', plugins: [watch] })).rejects.toThrow('no figure');
    expect(weights(trainer)).toEqual(trained);
    const exporting = trainer.withEvaluationWeights(() => Promise.reject(new Error('disk full')));
    await expect(exporting).rejects.toThrow('disk full');
    expect(weights(trainer)).toEqual(trained);
    disposeToy(trainer);
  });

  it('are swapped out again when one of them does not fit', async () => {
    const trainer = toyTrainer();
    trainer.optimizer.evaluationWeights = () => ({ w0: tf.ones([2, 3]), w2: tf.ones([1, 1]) });
    const before = weights(trainer);
    await expect(trainer.withEvaluationWeights(() => 'never')).rejects.toThrow(/shape/);
    expect(weights(trainer)).toEqual(before);
    disposeToy(trainer);
  });
});
