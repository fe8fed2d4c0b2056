import type { MetricsRecord } from '@ulmfit/checkpoint';

/** A line of `metrics.jsonl`: what a step or an epoch came to. */
export type RunMetrics = StepMetrics | EpochMetrics;

export interface StepMetrics {
  readonly type: 'step';
  readonly fit: string;
  readonly epoch: number;
  /** Steps of the fit that are done. */
  readonly step: number;
  /** The learning rate of the top group. */
  readonly lr: number;
  /** The loss, its terms and the norm of the gradients, by name. */
  readonly values: Readonly<Record<string, number>>;
}

export interface EpochMetrics {
  readonly type: 'epoch';
  readonly fit: string;
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
  /** Means over the epoch's steps, and those of validation under `valid/`, by name. */
  readonly values: Readonly<Record<string, number>>;
}

/** As it is written: the values beside the rest. */
export const toLine = ({ values, ...rest }: RunMetrics): MetricsRecord => ({ ...rest, ...values });

/** A line that was read; undefined for one of another kind. JSON has no NaN: a figure that was none is `null` there. */
export function fromLine(line: MetricsRecord): RunMetrics | undefined {
  const { type, fit, epoch, step, lr, seconds, ...others } = line;
  if (typeof fit !== 'string' || !isCount(epoch) || !isCount(step)) return undefined;
  const values = Object.fromEntries(
    Object.entries(others).flatMap(([name, value]) =>
      value === null ? [[name, NaN]] : typeof value === 'number' ? [[name, value]] : [],
    ),
  ) as Record<string, number>;
  if (type === 'step' && typeof lr === 'number') return { type, fit, epoch, step, lr, values };
  if (type === 'epoch' && typeof seconds === 'number') return { type, fit, epoch, step, seconds, values };
  return undefined;
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;
