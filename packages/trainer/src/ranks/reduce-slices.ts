import { add, div, dispose, keep, mul, tensor, tidy, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { gatherJson, type Collective } from './collective.js';
import { treeSum } from './tree-sum.js';

/** What one slice of a step gives. */
export interface SliceParts {
  /** Its targets: its weight in all means. None where the batch had no rows for it. */
  readonly weight: number;
  /** Means over its targets, by parameter name. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  readonly scalars: Readonly<Record<string, number>>;
  /** The values of all buffers after its passes, and which of them it has updated. */
  readonly buffers: Readonly<Record<string, Tensor>>;
  readonly updated: readonly string[];
}

export interface ReducedSlices {
  readonly weight: number;
  /** The caller's, as are the buffers. */
  readonly gradients: Record<string, Tensor>;
  readonly scalars: Record<string, number>;
  /** Those that a slice has updated. */
  readonly buffers: Record<string, Tensor>;
  /** Whether any rank wants to stop. */
  readonly stops: boolean;
  /** Whether a plugin of any rank wants this step left out. */
  readonly skips: boolean;
  /** The first rank's clock. */
  readonly now: number;
}

interface ReduceOptions {
  readonly collective: Collective;
  /** What may have a gradient, in the same order on each rank. */
  readonly trained: readonly { readonly name: string; readonly variable: Tensor }[];
  readonly stops: boolean;
  readonly skips: boolean;
}

/** What ranks tell each other of a step, beside tensors. JSON has no word for what is not finite, so figures are written out. */
type Told = {
  slices: { weight: number; scalars: Record<string, string>; gradients: string[]; updated: string[] }[];
  stops: boolean;
  skips: boolean;
  now: number;
};

/**
 * The means over all slices of a step, weighted by targets. Tensors are added up in a binary tree over the slices and divided once, so
 * that they have the same bits on however many ranks the slices are read.
 * @param parts those of this rank's slices, in order; they stay the caller's
 */
export async function reduceSlices(
  parts: readonly SliceParts[],
  { collective, trained, stops, skips }: ReduceOptions,
): Promise<ReducedSlices> {
  const told = await gatherJson<Told>(collective, {
    slices: parts.map(({ weight, gradients, scalars, updated }) => ({
      ...{ weight, gradients: Object.keys(gradients), updated: [...updated] },
      scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, String(value)])),
    })),
    ...{ stops, skips, now: Date.now() },
  });
  const slices = told.flatMap((rank) => rank.slices);
  const weight = slices.reduce((sum, slice) => sum + slice.weight, 0);
  // A rank without rows knows of no gradient, so each names those that it has.
  const gradients = named(slices.map((slice) => slice.gradients));
  const updated = named(slices.map((slice) => slice.updated));
  const shapes = [
    ...trained
      .filter(({ name }) => gradients.has(name))
      .map(({ name, variable: { shape } }) => ({ name, shape })),
    ...Object.entries(parts[0]?.buffers ?? {})
      .filter(([name]) => updated.has(name))
      .map(([name, { shape }]) => ({ name, shape })),
  ];
  const sums = tidy(() =>
    shapes.map(({ name, shape }) =>
      treeSum(
        parts.map((part) => {
          const value = part.gradients[name] ?? part.buffers[name];
          return value && part.weight > 0 ? mul(value, part.weight) : zeros(shape);
        }),
        (a, b) => add(a, b),
      ),
    ),
  );
  const whole = collective.size === 1 ? sums : await sumOverRanks(sums, collective);
  const means = tidy(() => whole.map((sum) => keep(div(sum, weight))));
  dispose(whole);
  const byName = new Map(shapes.map(({ name }, i) => [name, means[i] as Tensor]));
  return {
    weight,
    gradients: Object.fromEntries([...byName].filter(([name]) => gradients.has(name))),
    buffers: Object.fromEntries([...byName].filter(([name]) => updated.has(name))),
    scalars: weightedMeans(slices, weight),
    stops: told.some((rank) => rank.stops),
    skips: told.some((rank) => rank.skips),
    now: told[0]?.now ?? Date.now(),
  };
}

const named = (lists: readonly (readonly string[])[]): ReadonlySet<string> => new Set(lists.flat());

/** What a slice doesn't have is zero there. */
function weightedMeans(slices: Told['slices'], weight: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const slice of slices) {
    for (const [name, value] of Object.entries(slice.scalars))
      sums[name] = (sums[name] ?? 0) + Number(value) * slice.weight;
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / weight]));
}

/** Frees what it was given. */
async function sumOverRanks(tensors: readonly Tensor[], collective: Collective): Promise<Tensor[]> {
  // One buffer for all: a message for each would take longer than its numbers.
  const all = new Float32Array(tensors.reduce((size, t) => size + t.size, 0));
  const starts: number[] = [];
  let end = 0;
  for (const t of tensors) {
    starts.push(end);
    all.set(t.dataSync<'float32'>(), end);
    end += t.size;
  }
  const shapes = tensors.map((t) => t.shape);
  dispose([...tensors]);
  const summed = await collective.sum(all);
  return shapes.map((shape, i) => {
    const start = starts[i] as number;
    return tensor(summed.subarray(start, starts[i + 1] ?? end), shape, 'float32');
  });
}
