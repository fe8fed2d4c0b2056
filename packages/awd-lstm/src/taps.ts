import type { TimeMajor } from '@ulmfit/trainer';
import type { AwdLstmEncoder } from './awd-lstm.js';
import type { TapsOf } from './encoder.js';

/** What activation regularisation looks at, once a pass: `[time, batch, features]`. */
export interface ActivationTaps {
  /** The last layer's output as it is. */
  raw: TimeMajor;
  /** The last layer's output after its dropout. */
  dropped: TimeMajor;
}

/** The taps of a language model itself, over any encoder. */
export interface DecoderTaps extends ActivationTaps {
  /** The last layer's output, on its way to the decoder, `[time, batch, features]`. */
  output: TimeMajor;
}

/** The taps of a classifier itself, over any encoder. */
export interface PoolingTaps extends ActivationTaps {
  /** The input of a linear layer of the head, `[batch, features]`, after its BatchNorm. */
  head: { block: number };
}

/** All taps of a language model: its encoder's and its own. */
export type LanguageModelTaps<E = AwdLstmEncoder> = TapsOf<E> & DecoderTaps;

/** All taps of a classifier: its encoder's and its own. */
export type ClassifierTaps<E = AwdLstmEncoder> = TapsOf<E> & PoolingTaps;

export const decoderTaps = ['output', 'raw', 'dropped'] as const;
export const poolingTaps = ['raw', 'dropped', 'head'] as const;
