import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomKey } from '@ulmfit/kernels';
import type { Buffer, Parameter } from './parameter.js';

/** What a pass is for. Carried states of one phase never reach another. */
export type Phase = 'train' | 'validate' | 'predict';

export interface TapOptions {
  /**
   * Whether plugins see the tensor. A model says no where it is made off the tape and freed before the loss, such as in a
   * window that no gradient reaches: a plugin that observes may use in its loss term what it saw. Default true.
   */
  readonly observed?: boolean;
}

/**
 * The model's view of the pass that it is called for. `Taps` names the model's taps and what each tells beside its
 * tensor, such as the layer's number: `{ hidden: { layer: number } }`.
 */
export interface ForwardPass<Taps = Record<never, never>> {
  readonly phase: Phase;
  /** True in the `train` phase: regularisers act, BatchNorm takes the batch's statistics. */
  readonly training: boolean;
  /** Names a tensor as it passes: plugins may replace it, then see it. */
  tap<Name extends keyof Taps & string, T extends Tensor>(
    name: Name,
    x: T,
    context: Taps[Name],
    options?: TapOptions,
  ): T;
  /** Whether the gradient of this pass is asked for this parameter. */
  trains(parameter: Parameter): boolean;
  /** The state that the last pass of this phase carried under a name, if any. */
  carried(name: string): Tensor | undefined;
  /** Keeps a tensor for the next pass of this phase, detached. The trainer owns it from here. */
  carry(name: string, state: Tensor): void;
  /** A buffer's value, as updated by this step so far. */
  read(buffer: Buffer): Tensor;
  /** Gives a buffer a new value once the step's numbers are known to be finite. */
  update(buffer: Buffer, value: Tensor): void;
  /** The key of the next random draw of a stream; each call counts on. */
  random(stream: string): RandomKey;
}
