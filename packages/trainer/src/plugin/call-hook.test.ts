import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Gradients, ScheduleAt, TrainingContext, TrainingPlugin } from '../index.js';
import { disposeToy, toyLoader, toyTrainer } from '../toy.test-helper.js';

/** A plugin that is a class, whose hooks need their object. */
class Counter implements TrainingPlugin {
  readonly name = 'counter';
  readonly counts: Record<string, number> = {};
  readonly taps = [];
  #count(hook: string): void {
    this.counts[hook] = (this.counts[hook] ?? 0) + 1;
  }
  beforeFit(): void {
    this.#count('beforeFit');
  }
  batch<B>(batch: B): B {
    this.#count('batch');
    return batch;
  }
  rate({ progress }: ScheduleAt): number {
    this.#count('rate');
    return 1 - progress;
  }
  loss(): Record<string, tf.Scalar> {
    this.#count('loss');
    return {};
  }
  gradients(gradients: Gradients): Gradients {
    this.#count('gradients');
    return gradients;
  }
  afterStep(): void {
    this.#count('afterStep');
  }
  evaluationWeights(): undefined {
    this.#count('evaluationWeights');
  }
  save(ctx: TrainingContext): void {
    this.#count(`save ${ctx.stage}`);
  }
}

it('calls hooks as methods of their plugin', async () => {
  const counter = new Counter();
  const trainer = toyTrainer({ plugins: [counter] });
  const fit = { stage: 'fit', train: toyLoader([2, 2]), validate: toyLoader([2]), epochs: 1, lr: 0.1 };
  await trainer.fit(fit);
  expect(counter.counts).toEqual({
    beforeFit: 1,
    ...{ batch: 2, rate: 2, loss: 2, gradients: 2, afterStep: 2 },
    evaluationWeights: 1,
    'save fit': 4,
  });
  disposeToy(trainer);
});
