import { randomKey, randomWords } from '@ulmfit/kernels';

/** Draws of one sequence, which a seed fixes. */
export class Random {
  #seed;
  #draws = 0;

  /** @param {number} seed */
  constructor(seed) {
    this.#seed = seed;
  }

  /** A number from 0 up to but not including `limit`. @param {number} limit */
  below(limit) {
    const [word = 0] = randomWords(1, randomKey({ seed: this.#seed, stream: 'faults', step: this.#draws++ }));
    return (word / 2 ** 32) * limit;
  }

  /**
   * One of some things.
   * @template T
   * @param {readonly [T, ...T[]]} things
   * @returns {T}
   */
  of(things) {
    return things[Math.floor(this.below(things.length))] ?? things[0];
  }
}
