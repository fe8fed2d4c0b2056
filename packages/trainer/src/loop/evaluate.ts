import { tidy } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { CarriedStates } from '../state/carried-states.js';
import { disposeBatch } from './dispose-batch.js';
import type { Phase } from '../model/forward-pass.js';
import type { Loader } from './loader.js';
import { MetricTotal, valueOfSums } from './metric-total.js';
import { checkMetrics, type Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import { Pass } from '../model/pass.js';
import { gatherJson, type Collective } from '../ranks/collective.js';
import { requireSlices, slicedLoaders, type Slices } from '../ranks/slices.js';
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
  return evaluateSlices(model, loader, options, requireSlices({}));
}

/** The same by slices, which several ranks may share. */
export async function evaluateSlices<Batch, Output, Taps>(
  model: Model<Batch, Output, Taps>,
  loader: Loader<Batch>,
  { metrics = [], phase = 'validate', signal, onBatch }: EvaluateOptions<Batch, Output>,
  slices: Slices,
): Promise<Record<string, number> | undefined> {
  checkMetrics(metrics);
  const batches = loader.batches(0);
  if (batches < 1) throw new UlmfitError('NO_BATCHES', 'evaluate: the loader has no batches; give it data');
  const parts = slicedLoaders('evaluate', loader, slices).map((part) => ({
    reader: part.open({ epoch: 0, batch: 0 }),
    carried: new CarriedStates(),
    loss: { sum: 0, weight: 0 },
    totals: metrics.map((metric) => new MetricTotal(metric)),
  }));
  try {
    for (let done = 1; done <= batches; done++) {
      for (const { reader, carried, loss, totals } of parts) {
        const next = await reader.next();
        if (next.done || next.value === undefined) continue;
        const batch = next.value;
        const pass = new Pass({ phase, carried });
        try {
          tidy(() => {
            const output = model.forward(batch, pass);
            const weight = model.targets(batch);
            loss.sum += (model.loss(output, batch, pass).dataSync()[0] as number) * weight;
            loss.weight += weight;
            for (const total of totals) total.add(output, batch);
          });
          pass.commit();
        } finally {
          pass.discard();
          disposeBatch(batch);
        }
      }
      onBatch?.(done, batches);
      await yieldToEvents();
      if (await anyStops(signal, slices.collective)) return undefined;
    }
  } finally {
    for (const { reader, carried } of parts) {
      carried.reset();
      await reader.return?.();
    }
  }
  // Of each slice its own sums, in the order of the slices, so that ranks don't change how they are added up.
  const own = parts.map(({ loss, totals }) => [[loss.sum, loss.weight], ...totals.map(({ sums }) => sums)]);
  const [loss = [], ...sums] = await addedUp(own, slices.collective);
  const values: Record<string, number> = { loss: (loss[0] as number) / (loss[1] as number) };
  metrics.forEach((metric, i) => (values[metric.name] = valueOfSums(metric, sums[i] ?? [])));
  return values;
}

/** Whether any rank is to stop. */
async function anyStops(signal: AbortSignal | undefined, collective: Collective): Promise<boolean> {
  const all = await gatherJson(collective, signal?.aborted ?? false);
  return all.includes(true);
}

/** JSON has no word for what is not finite, so numbers are written out. */
async function addedUp(own: readonly (readonly (readonly number[])[])[], collective: Collective) {
  const all = await gatherJson(
    collective,
    own.map((part) => part.map((sums) => sums.map(String))),
  );
  return all.flat().reduce<number[][]>((totals, part) => {
    part.forEach((sums, i) => {
      const total = (totals[i] ??= []);
      sums.forEach((sum, j) => (total[j] = (total[j] ?? 0) + Number(sum)));
    });
    return totals;
  }, []);
}
