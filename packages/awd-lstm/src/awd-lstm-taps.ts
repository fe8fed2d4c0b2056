import type { Tensor } from '@tensorflow/tfjs-core';
import type { TimeMajor } from '@ulmfit/trainer';

/** The tensors that plugins may touch on their way through the AWD-LSTM encoder. Activations are time-major. */
export interface AwdLstmTaps {
  /**
   * The rows looked up, `[time, batch, embedding]`; with their ids (int32 `[time, batch]`) and the number of rows. In a classifier
   * `rows` says which documents of the batch they are: those that have ended take no part.
   */
  embedding: TimeMajor & { ids: Tensor; vocabulary: number; rows?: readonly number[] };
  /** The input of the first layer, `[time, batch, embedding]`. */
  input: TimeMajor;
  /** A layer's recurrent weight, `[4 * hidden, hidden]`, once a window. */
  weightHh: { layer: number };
  /** What passes from layer `layer` to the next, `[time, batch, hidden]`. */
  hidden: TimeMajor & { layer: number };
}
