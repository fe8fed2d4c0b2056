import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { alone, type Collective } from './collective.js';
import type { Loader, SlicedLoader } from '../loop/loader.js';

export interface SlicesOptions {
  /**
   * Parts that the rows of each batch are cut into: a power of two. Each part is read by itself, with random draws and carried
   * states of its own, and their gradients are added up in a fixed order. So training ends with the same bits whether one process
   * reads all of them, or several some each. Default 1.
   */
  readonly slices?: number | undefined;
  /** The other processes that train with this one. Default none. */
  readonly collective?: Collective | undefined;
}

/** How the rows of a batch are cut, and which parts are this process's. */
export interface Slices {
  readonly count: number;
  readonly collective: Collective;
  /** This rank's, from the first to the last. */
  readonly own: readonly number[];
}

/** @throws UlmfitError `BAD_OPTION` */
export function requireSlices({ slices = 1, collective = alone }: SlicesOptions): Slices {
  requireInteger('slices', slices, { to: 1024 });
  const { rank, size } = collective;
  const wrong = (what: string): never => {
    throw new UlmfitError('BAD_OPTION', `slices: ${what}`);
  };
  if (!isPowerOfTwo(slices)) wrong(`${slices} is no power of two; give 1, 2, 4 or so on`);
  if (!isPowerOfTwo(size)) wrong(`there are ${size} ranks, which is no power of two; start 1, 2, 4 or so on`);
  if (size > slices) {
    wrong(`${slices} for ${size} ranks leave some without any; give ${size} or more, or start ${slices}`);
  }
  const each = slices / size;
  const own = Array.from({ length: each }, (_, i) => rank * each + i);
  return { count: slices, collective, own };
}

const isPowerOfTwo = (n: number) => Number.isInteger(Math.log2(n));

/**
 * What this rank reads of a loader, by slice.
 * @throws UlmfitError `BAD_FIT` for a loader that can't be cut
 */
export function slicedLoaders<Batch>(
  what: string,
  loader: Loader<Batch>,
  { count, own }: Slices,
): readonly SlicedLoader<Batch>[] {
  if (count === 1) return [loader];
  if (!loader.slice) {
    throw new UlmfitError(
      'BAD_FIT',
      `${what}: the loader can't be cut into ${count} slices; give it a function \`slice\`, or train with 1`,
    );
  }
  return own.map((index) => loader.slice?.(index, count) as SlicedLoader<Batch>);
}
