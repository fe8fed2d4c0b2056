import type { Tensor } from '@tensorflow/tfjs-core';

/** The tensors that plugins may touch on their way through the encoder. Activations are time-major. */
export interface EncoderTaps {
  /** The rows looked up, `[time, batch, embedding]`; with their ids (int32 `[time, batch]`) and the number of rows. */
  embedding: { ids: Tensor; vocabulary: number };
  /** The input of the first layer, `[time, batch, embedding]`. */
  input: object;
  /** A layer's recurrent weight, `[4 * hidden, hidden]`, once a window. */
  weightHh: { layer: number };
  /** What passes from layer `layer` to the next, `[time, batch, hidden]`. */
  hidden: { layer: number };
}

/** What activation regularisation looks at, once a pass: `[time, batch, embedding]`. */
export interface ActivationTaps {
  /** The last layer's output as it is. */
  raw: object;
  /** The last layer's output after its dropout. */
  dropped: object;
}

export interface LanguageModelTaps extends EncoderTaps, ActivationTaps {
  /** The last layer's output, on its way to the decoder, `[time, batch, embedding]`. */
  output: object;
}

export interface ClassifierTaps extends EncoderTaps, ActivationTaps {
  /** The input of a linear layer of the head, `[batch, features]`, after its BatchNorm. */
  head: { block: number };
}

export const encoderTaps = ['embedding', 'input', 'weightHh', 'hidden'] as const;
