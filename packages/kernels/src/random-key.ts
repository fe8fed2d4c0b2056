import { requireInteger } from '@ulmfit/errors';

/** What a random draw is a function of. Equal coordinates give equal numbers, on every backend and after every resume. */
export interface RandomCoordinates {
  /** The run's seed, an integer from 0 to 2^32 - 1. */
  seed: number;
  /** The stage of the run, such as `pretrain`. */
  stage?: string;
  /** What the numbers are for, such as `weightDrop`. */
  stream: string;
  /** The optimisation step (or the epoch, for a shuffle). */
  step?: number;
  /** The micro-batch within the step. */
  microBatch?: number;
  /** The number of the draw from this stream within the micro-batch, from 0. */
  call?: number;
}

/**
 * The Philox key and the upper three words of its counter. The lowest counter word is the block index:
 * element `i` of a draw is word `i mod 4` of block `floor(i / 4)`.
 */
export interface RandomKey {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number, number];
}

/** FNV-1a over the UTF-16 code units, low byte first: a stream's name as one word of the key. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The key of one draw: `key = [seed, hash(stage / stream)]`, `counter = [step, microBatch, call]`.
 * @throws UlmfitError `BAD_SEED` when the seed is not an integer from 0 to 2^32 - 1.
 * @example
 * const key = randomKey({ seed: 1, stage: 'pretrain', stream: 'weightDrop', step: 7 });
 * randomWords(2, key); // the same two words on every machine
 */
export function randomKey(at: RandomCoordinates): RandomKey {
  requireSeed(at.seed);
  return {
    key: [at.seed, hashName(`${at.stage ?? ''}/${at.stream}`)],
    counter: [at.step ?? 0, at.microBatch ?? 0, at.call ?? 0],
  };
}

/**
 * @throws UlmfitError `BAD_SEED` when the seed is not an integer from 0 to 2^32 - 1.
 * @example
 * requireSeed(7);
 */
export function requireSeed(seed: number): void {
  requireInteger('seed', seed, { from: 0, to: 0xffffffff, code: 'BAD_SEED' });
}
