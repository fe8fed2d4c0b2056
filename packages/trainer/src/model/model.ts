import type { Scalar } from '@tensorflow/tfjs-core';
import type { ForwardPass } from './forward-pass.js';
import type { Buffer } from './parameter.js';
import type { ParameterGroup } from './parameter-groups.js';

/** What every model has, whatever its batches and outputs. */
export interface ModelParts {
  readonly name: string;
  /** From the input (bottom) to the output (top). A tied parameter stands in one group. */
  readonly groups: readonly ParameterGroup[];
  readonly buffers?: readonly Buffer[];
  /** The names of the taps, for set-up errors and `explain`. */
  readonly taps: readonly string[];
}

/**
 * What a trainer trains. `Output` is whatever the loss and the metrics need; `Taps` names the tensors that plugins may
 * touch on their way.
 */
export interface Model<Batch, Output, Taps = Record<never, never>> extends ModelParts {
  readonly taps: readonly (keyof Taps & string)[];
  /** Called within a tape (training) or a tidy. */
  forward(batch: Batch, pass: ForwardPass<Taps>): Output;
  /** The mean task loss over the batch's targets. */
  loss(output: Output, batch: Batch, pass: ForwardPass<Taps>): Scalar;
  /** How many targets the batch has: its weight in averages. */
  targets(batch: Batch): number;
  dispose(): void;
}
