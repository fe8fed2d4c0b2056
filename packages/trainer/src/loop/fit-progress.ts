import type { Tensor } from '@tensorflow/tfjs-core';
import type { StopScope } from '../plugin/training-context.js';
import { SlicedStates } from '../ranks/sliced-states.js';
import type { Slices } from '../ranks/slices.js';
import type { Json } from '../state/stateful.js';
import type { Cursor } from './loader.js';
import { RunningMeans } from './running-means.js';

/** Where a fit stands, as a checkpoint keeps it. A `type`: TypeScript takes no `interface` for JSON. */
export type FitState = {
  stage: string;
  cursor: Cursor;
  /** What comes next: a new epoch with its hooks, the rest of its training, its validation, or nothing. */
  next: 'epoch' | 'train' | 'validate' | 'end';
  step: number;
  /** All updates of the fit: another number means other epochs, batches or accumulation. */
  steps: number;
  epochsBefore: number;
  seconds: number;
  sums: Record<string, { sum: number; weight: number }>;
  last: Record<string, number>;
  validation: Record<string, number> | null;
  stop: { scope: StopScope; reason: string } | null;
  plugins: Record<string, Json>;
};

/** Where a fit stands: all of it that its plugins, the model and the optimizer don't hold. */
export class FitProgress {
  readonly stage: string;
  cursor: Cursor = { epoch: 0, batch: 0 };
  next: FitState['next'] = 'epoch';
  /** Updates made. */
  step = 0;
  /** Updates in all. */
  steps = 0;
  /** When this epoch began, in milliseconds; moved where the process was another one. */
  startedAt = Date.now();
  readonly means = new RunningMeans();
  /** The figures of the last step. */
  last: Record<string, number> = {};
  validation: Record<string, number> | undefined;
  stop: FitState['stop'] = null;
  /** What training carries from batch to batch. */
  readonly carried: SlicedStates;

  constructor(stage: string, slices: Slices) {
    this.stage = stage;
    this.carried = new SlicedStates(slices);
  }

  get seconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }

  beginEpoch(): void {
    this.startedAt = Date.now();
    this.means.reset();
    this.carried.reset();
  }

  toJson(): Omit<FitState, 'epochsBefore' | 'plugins'> {
    const { stage, step, steps, seconds } = this;
    return {
      stage,
      cursor: { ...this.cursor },
      next: this.next,
      step,
      steps,
      seconds,
      sums: this.means.toJson(),
      last: { ...this.last },
      validation: this.validation ? { ...this.validation } : null,
      stop: this.stop && { ...this.stop },
    };
  }

  /** Takes over all but `steps`, which the fit counts by its own loader. */
  load(
    { cursor, next, step, seconds, sums, last, validation, stop }: FitState,
    carried: Record<string, Tensor>,
  ) {
    this.cursor = { ...cursor };
    this.next = next;
    this.step = step;
    this.startedAt = Date.now() - seconds * 1000;
    this.means.fromJson(sums);
    this.last = last;
    this.validation = validation ?? undefined;
    this.stop = stop;
    this.carried.load(carried);
  }
}
