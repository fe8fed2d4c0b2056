import type { Json } from '@ulmfit/trainer';
import type { AnyEncoder } from './encoder.js';

/** The sizes of an encoder as JSON. */
export type EncoderJson = Readonly<Record<string, Json>>;

/** What training an encoder keeps, in numbers of 4 bytes. */
export interface EncoderMemory {
  /** Of all its parameters, the embedding among them. */
  readonly parameters: number;
  /** For each token of a batch, between the forward and the backward pass. */
  readonly perToken: number;
}

/**
 * A kind of encoder, and the sizes of those to be made: for stages that make one when they know their vocabulary, and for
 * bundles, which keep its name and its sizes. A bundle brings no code: of all architectures but AWD-LSTM it is loaded with those
 * that the caller names.
 * @example
 * const { model } = await trainLanguageModel({ stage: 'pretrain', recipe, data, seed: 1, architecture: gru({ features: 128 }) });
 * const classifier = await loadClassifier('runs/mine', { architectures: [gru()] });
 */
export interface Architecture<E extends AnyEncoder = AnyEncoder> {
  /** That of its encoders: their `architecture`. */
  readonly name: string;
  /** The sizes of a fresh encoder, all but the vocabulary. */
  readonly sizes: EncoderJson;
  /**
   * Makes an encoder of these sizes, whichever those of `sizes` are. A bundle's may be a stranger's: check each.
   * `options.seed` draws the first weights: an integer from 0 to 2^32 - 1, default 0
   * @throws UlmfitError `BAD_CONFIG`
   */
  create(config: EncoderJson & { readonly vocabulary: number }, options?: { readonly seed?: number }): E;
  /**
   * What training an encoder of these sizes keeps at least, by arithmetic alone: so stages refuse what would not fit in memory
   * (`TOO_LARGE`) before any of it is taken. Without it they can't know.
   */
  memory?(config: EncoderJson & { readonly vocabulary: number }): EncoderMemory;
}

/**
 * The sizes of an encoder as a bundle keeps them.
 * @example
 * encoderJson(createAwdLstm({ vocabulary: 20, embedding: 4, hidden: 6 })); // { vocabulary: 20, embedding: 4, hidden: 6, layers: 3, padIndex: 1 }
 */
export const encoderJson = ({ config }: Pick<AnyEncoder, 'config'>): EncoderJson =>
  JSON.parse(JSON.stringify(config)) as EncoderJson;
