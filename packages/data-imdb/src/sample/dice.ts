import { randomKey, randomWords, type RandomCoordinates } from '@ulmfit/kernels';

const BLOCK = 256;

/** A stream of random choices that depends on its coordinates alone. */
export class Dice {
  #words: Uint32Array = new Uint32Array(0);
  #used = 0;
  #blocks = 0;

  constructor(private readonly at: Omit<RandomCoordinates, 'call'>) {}

  /** A whole number from 0 to `n - 1`. */
  below(n: number): number {
    return Math.floor(this.#fraction() * n);
  }

  /** From 0 to below 1, in steps of 2^-32. */
  #fraction(): number {
    if (this.#used === this.#words.length) {
      this.#words = randomWords(BLOCK, randomKey({ ...this.at, call: this.#blocks++ }));
      this.#used = 0;
    }
    return (this.#words[this.#used++] ?? 0) / 0x100000000;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True `percent` times of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** The earlier an item stands the more often it comes, as words do: the first of 64 comes one time in eight. */
  pickEarly<T>(items: readonly [T, ...T[]]): T {
    const fraction = this.#fraction();
    // A product is rounded alike everywhere; `**` need not be.
    return items[Math.floor(fraction * fraction * items.length)] ?? items[0];
  }
}
