import type { Tensor } from '@tensorflow/tfjs-core';
import { prefixTensors, tensorsUnder } from '../state/stateful.js';
import { CarriedStates } from '../state/carried-states.js';
import type { Slices } from './slices.js';

/** What training carries from batch to batch, by slice; without slices, as if there were one. */
export class SlicedStates {
  readonly #count: number;
  readonly #states: ReadonlyMap<number, CarriedStates>;

  constructor({ count, own }: Pick<Slices, 'count' | 'own'>) {
    this.#count = count;
    this.#states = new Map(own.map((index) => [index, new CarriedStates()]));
  }

  of(slice: number): CarriedStates {
    const states = this.#states.get(slice);
    if (!states) throw new RangeError(`slice ${slice} is not read here`);
    return states;
  }

  reset(): void {
    for (const states of this.#states.values()) states.reset();
  }

  /** Lent, those of each slice under its number where there are several. */
  tensors(): Record<string, Tensor> {
    if (this.#count === 1) return this.of(0).tensors();
    return Object.assign(
      {},
      ...[...this.#states].map(([index, states]) => prefixTensors(`${index}`, states.tensors())),
    ) as Record<string, Tensor>;
  }

  /** Replaces everything by copies of what belongs here. */
  load(tensors: Record<string, Tensor>): void {
    for (const [index, states] of this.#states) {
      states.load(this.#count === 1 ? tensors : tensorsUnder(`${index}`, tensors));
    }
  }
}
