import type { Scalar, Tensor, TensorContainer } from '@tensorflow/tfjs-core';
import type { ForwardPass } from '../model/forward-pass.js';

/** How an auxiliary pass differs from that of the batch. */
export interface AuxiliaryOptions {
  /**
   * By tap, replaces tensors after all plugins have, in the order in which they pass. Those that no gradient reaches, such as in
   * windows that only carry the state, are not shown. Which taps there are, the plugin's own type says: give `context` the type of
   * the tap's.
   */
  readonly rewrite?: Readonly<Record<string, (x: Tensor, pass: ForwardPass, context: never) => Tensor>>;
  /** Whether dropouts draw the masks of the batch's own pass (default), or others. */
  readonly masks?: 'same' | 'fresh' | undefined;
}

/**
 * Passes of the model beside the batch's own, in training: dropouts act, BatchNorm takes the batch's statistics. They leave
 * nothing behind: no carried state, and no running statistics.
 */
export interface AuxiliaryPasses<Batch, Output> {
  /** What the step trains on, lent. */
  readonly batch: Batch;
  /**
   * The task's loss of the output of the pass under way.
   * @throws UlmfitError `BAD_PLUGINS` outside of one
   */
  taskLoss(output: Output, batch: Batch): Scalar;
  /** Runs the model without a gradient. What `read` gives is the caller's; all else that is made in it is freed. */
  run<T extends TensorContainer>(batch: Batch, read: (output: Output) => T, options?: AuxiliaryOptions): T;
  /**
   * The gradients of a loss in the tensors at a tap, in the order in which they pass, of those that a gradient reaches. They
   * are the caller's.
   * @throws UlmfitError `BAD_PLUGINS` for a tap that the model has not
   */
  gradientsAt(
    tap: string,
    batch: Batch,
    loss: (output: Output) => Scalar,
    options?: AuxiliaryOptions,
  ): Tensor[];
  /**
   * Learns from a loss: its gradients are added to those of the batch's own loss, and it is logged under `name`.
   * @throws UlmfitError `BAD_PLUGINS` for a name that is taken
   */
  learn(name: string, batch: Batch, loss: (output: Output) => Scalar, options?: AuxiliaryOptions): void;
}
