import type { Tensor } from '@tensorflow/tfjs-core';
import type { TimeMajor } from '@ulmfit/trainer';

/*
 * What each plugin needs of a model: the tap and what the model tells there. A model that has more fits as well, one
 * that has less does not compile. Nor does one of another layout where a plugin has one mask for all time steps, or
 * compares them.
 */

/** The rows that were looked up, `[time, batch, embedding]`. */
export interface EmbeddingTap {
  /** `ids`: int32 `[time, batch]`, `vocabulary`: how many rows the table has. */
  readonly embedding: { readonly ids: Tensor; readonly vocabulary: number };
}

/** The input of the first recurrent layer, `[time, batch, embedding]`. */
export interface InputTap {
  readonly input: TimeMajor;
}

/** A layer's hidden-to-hidden weight, `[4 * hidden, hidden]`, once a forward pass of the layer. */
export interface WeightHhTap {
  readonly weightHh: { readonly layer: number };
}

/** What passes from a layer to the next, `[time, batch, hidden]`. */
export interface HiddenTap {
  readonly hidden: TimeMajor & { readonly layer: number };
}

/** The last layer's output on its way to the decoder, `[time, batch, embedding]`. */
export interface OutputTap {
  readonly output: TimeMajor;
}

/** The last layer's output before its dropout, once a pass, `[time, batch, embedding]`. */
export interface RawTap {
  readonly raw: TimeMajor;
}

/** The last layer's output after its dropout, once a pass, `[time, batch, embedding]`. */
export interface DroppedTap {
  readonly dropped: unknown;
}

/** Where the classifier's head drops, `[batch, features]`, block by block. */
export interface HeadTap {
  readonly head: { readonly block: number };
}
