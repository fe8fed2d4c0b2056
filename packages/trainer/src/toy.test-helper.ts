import type * as tf from '@tensorflow/tfjs-core';
import type { UlmfitError } from '@ulmfit/errors';
import type { ToyBatch, ToyTaps, ToyTrainer } from '@ulmfit/plugin-testkit';
import { memoryStore, type StateDict, type TrainingPlugin } from './index.js';

// The kit stands above this package; its toys are those of all our tests.
export {
  momentumSgd,
  toyLoader,
  toyModel,
  toyRanks,
  toyTrainer,
  type ToyBatch,
  type ToyTaps,
  type ToyTrainer,
} from '@ulmfit/plugin-testkit';

export type ToyPlugin = TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>;

/** A plugin that copies the state at every moment to save, through real JSON. */
export function recorder() {
  const store = memoryStore();
  const moments: string[] = [];
  const plugin: ToyPlugin = {
    name: 'recorder',
    save: async (ctx, moment) => {
      const { json, tensors } = ctx.stateDict();
      const info = { name: String(moments.length), stage: ctx.stage, epoch: ctx.epoch, step: ctx.step };
      moments.push(moment);
      await store.save(info, { json: JSON.parse(JSON.stringify(json)) as StateDict['json'], tensors });
    },
  };
  return { store, moments, plugin };
}

/** Frees a toy trainer and its model. */
export function disposeToy(trainer: ToyTrainer): void {
  trainer.dispose();
  trainer.model.dispose();
}

/** Every number of the tensors, for comparisons bit by bit. */
export function numbers(tensors: StateDict['tensors']): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, [...t.dataSync()]]));
}

/** Parameters and buffers as numbers. */
export function weights(trainer: ToyTrainer): Record<string, number[]> {
  const { tensors } = trainer.stateDict();
  return numbers(
    Object.fromEntries(Object.entries(tensors).filter(([name]) => /^(parameter|buffer)\//.test(name))),
  );
}

/** Matches a `UlmfitError` of this code whose message is one line. */
export function ulmfitError(code: string, message: RegExp = /./) {
  return {
    asymmetricMatch: (error: UlmfitError) =>
      error.name === 'UlmfitError' &&
      error.code === code &&
      message.test(error.message) &&
      !error.message.includes('\n'),
    toString: () => 'UlmfitError',
    toAsymmetricMatcher: () => `UlmfitError<${code}, ${message}>`,
  };
}

/** What a function throws. */
export function thrown(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  return undefined;
}
