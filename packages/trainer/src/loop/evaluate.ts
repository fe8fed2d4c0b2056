import { tidy } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { CarriedStates } from '../state/carried-states.js';
import { disposeBatch } from './dispose-batch.js';
import type { Phase } from '../model/forward-pass.js';
import type { Loader } from './loader.js';
import { MetricTotal } from './metric-total.js';
import { checkMetrics, type Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import { Pass } from '../model/pass.js';
import { RunningMeans } from './running-means.js';
import { yieldToEvents } from './yield-to-events.js';

export interface EvaluateOptions<Batch, Output> {
  readonly metrics?: readonly Metric<Batch, Output>[];
  readonly phase?: Phase;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with how many are done. */
  readonly onBatch?: (done: number, batches: number) => void;
}

/**
 * The mean loss over all targets of a loader, and each metric. Carried states start from zero.
 * @returns undefined when the signal cut it short.
 * @throws UlmfitError `NO_BATCHES` when the loader has none, `BAD_OPTION` when two metrics share a name or one is named `loss`.
 * @example
 * const figures = await evaluate(model, validate, { metrics: [accuracy] });
 * console.log(figures?.['loss'], figures?.['accuracy']);
 */
export async function evaluate<Batch, Output, Taps>(
  model: Model<Batch, Output, Taps>,
  loader: Loader<Batch>,
  options: EvaluateOptions<Batch, Output> = {},
): Promise<Record<string, number> | undefined> {
  const { metrics = [], phase = 'validate', signal, onBatch } = options;
  checkMetrics(metrics);
  if (loader.batches(0) < 1) throw new UlmfitError('NO_BATCHES', 'evaluate: the loader has no batches');
  const carried = new CarriedStates();
  const loss = new RunningMeans();
  const totals = metrics.map((metric) => ({ name: metric.name, total: new MetricTotal(metric) }));
  const batches = loader.batches(0);
  const reader = loader.open({ epoch: 0, batch: 0 });
  try {
    for (let done = 1, next = await reader.next(); !next.done; next = await reader.next(), done++) {
      const batch = next.value;
      const pass = new Pass({ phase, carried });
      try {
        tidy(() => {
          const output = model.forward(batch, pass);
          const weight = model.targets(batch);
          loss.add('loss', (model.loss(output, batch, pass).dataSync()[0] as number) * weight, weight);
          for (const { total } of totals) total.add(output, batch);
        });
        pass.commit();
      } finally {
        pass.discard();
        disposeBatch(batch);
      }
      onBatch?.(done, batches);
      await yieldToEvents();
      if (signal?.aborted) return undefined;
    }
  } finally {
    carried.reset();
    await reader.return?.();
  }
  const values = loss.means();
  for (const { name, total } of totals) values[name] = total.value;
  return values;
}
