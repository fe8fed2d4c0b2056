import { keep, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The states that one phase carries from pass to pass, such as an LSTM's h and c. Owns its tensors.
 * @example
 * const carried = new CarriedStates();
 * for (const window of [batch, batch]) inferencePass((pass) => model.forward(window, pass).logits, carried);
 * carried.reset();
 */
export class CarriedStates {
  #states = new Map<string, Tensor>();

  get(name: string): Tensor | undefined {
    return this.#states.get(name);
  }

  /** Takes over what a pass has carried, instead of the old states of those names. */
  replace(carried: ReadonlyMap<string, Tensor>): void {
    for (const [name, state] of carried) {
      this.#states.get(name)?.dispose();
      this.#states.set(name, state);
    }
  }

  /** Forgets everything: the next pass starts from nothing. */
  reset(): void {
    for (const state of this.#states.values()) state.dispose();
    this.#states.clear();
  }

  tensors(): Record<string, Tensor> {
    return Object.fromEntries(this.#states);
  }

  /** Replaces everything by copies. */
  load(tensors: Record<string, Tensor>): void {
    this.reset();
    for (const [name, t] of Object.entries(tensors)) this.#states.set(name, keep(t.clone()));
  }
}
