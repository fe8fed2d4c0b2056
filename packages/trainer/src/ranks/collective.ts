/**
 * Several processes that train one model together, each with a copy of it: ranks. Every rank makes the same calls in the same order.
 * `@ulmfit/distributed` has one over MPI.
 */
export interface Collective {
  /** This process, from 0. */
  readonly rank: number;
  /** How many there are: a power of two. */
  readonly size: number;
  /**
   * The sum over all ranks, added up in a binary tree over their numbers, so that each has the same bits. `values` may be overwritten;
   * it is as long on each rank.
   */
  sum(values: Float32Array): Promise<Float32Array>;
  /** What each rank gives, in the order of their numbers. */
  gather(bytes: Uint8Array, options?: GatherOptions): Promise<readonly Uint8Array[]>;
}

export interface GatherOptions {
  /** Whether ranks may come late, since one of them works while the others wait. Default false. */
  readonly isSlow?: boolean;
}

/** A collective of one. */
export const alone: Collective = {
  rank: 0,
  size: 1,
  sum: (values) => Promise.resolve(values),
  gather: (bytes) => Promise.resolve([bytes]),
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The values of all ranks, in rank order. Only finite numbers survive JSON.
 * @example
 * const hosts = await gatherJson(ranks, { machine: 'node-3' });
 */
export async function gatherJson<T>(
  collective: Collective,
  value: T,
  options?: GatherOptions,
): Promise<readonly T[]> {
  if (collective.size === 1) return [value];
  const all = await collective.gather(encoder.encode(JSON.stringify(value)), options);
  return all.map((bytes) => JSON.parse(decoder.decode(bytes)) as T);
}

/**
 * Lets the first rank do some work, then the others, for whom it may be done already: tokenizing into a shared cache, or
 * compiling.
 * @example
 * const tokens = await firstThenOthers(ranks, async () => texts.map((text) => tokenizer.tokenize(text)));
 */
export async function firstThenOthers<T>(collective: Collective, work: () => Promise<T>): Promise<T> {
  const nothing = new Uint8Array(0);
  if (collective.rank > 0) await collective.gather(nothing, { isSlow: true });
  const done = await work();
  if (collective.rank === 0) await collective.gather(nothing, { isSlow: true });
  return done;
}
