import type { Tensor } from '@tensorflow/tfjs-core';
import type { TimeMajor } from '@ulmfit/trainer';

/** What the tap `embedding` tells beside the words. */
export interface LookedUpWords extends TimeMajor {
  /** int32 `[time, batch]` */
  readonly ids: Tensor;
  /** The number of rows of the embedding. */
  readonly vocabulary: number;
  /** The id of padding. */
  readonly padIndex?: number;
  /** In a classifier, which documents of its batch these are: those that have ended take no part. */
  readonly rows?: readonly number[];
}

/** The tensors that plugins may touch on their way through the AWD-LSTM encoder. Activations are time-major. */
export interface AwdLstmTaps {
  /** The rows looked up, `[time, batch, embedding]`. */
  embedding: LookedUpWords;
  /** The input of the first layer, `[time, batch, embedding]`. */
  input: TimeMajor;
  /** A layer's recurrent weight, `[4 * hidden, hidden]`, once a window. */
  weightHh: { layer: number };
  /** What passes from layer `layer` to the next, `[time, batch, hidden]`. */
  hidden: TimeMajor & { layer: number };
}
