import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Buffer, ForwardPass, Parameter } from '@ulmfit/trainer';

/**
 * What an encoder hands on from one window to the next: tensors by name, whose first axis is the batch. Nothing else is known
 * of them. The models pick their rows, cut their gradient, and keep them by their names in checkpoints.
 */
export type EncoderStates = Readonly<Record<string, Tensor>>;

/** What an encoder gives for a window. A type alias, so that tfjs takes it for a container of tensors. */
export type EncoderOutput = {
  /** The top layer's output, `[time, batch, features]`. */
  readonly output: Tensor3D;
  /** After the window, by the names of `initialStates`. */
  readonly states: EncoderStates;
};

/** Parameters that share a learning rate and are frozen together, such as those of a layer. */
export interface EncoderGroup {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

/**
 * What a language model and a classifier read texts by: an embedding and layers over it. AWD-LSTM is one
 * ({@link createAwdLstm}); any other object of this shape does as well.
 *
 * It is causal: the output at a step depends on this step's id and earlier ones, never on later ones, which are padding or what
 * a language model has to foretell. A row's output depends on no other row of the batch.
 *
 * `Taps` names the tensors that plugins may touch, and what each tells: where it is `[time, batch, features]`,
 * `TimeMajor`. A plugin whose taps an encoder has fits it.
 * @example
 * const model = createLanguageModel({ encoder: createGru({ vocabulary: 30_000, features: 128 }) });
 */
export interface Encoder<Taps = Record<never, never>> {
  /** What it is, as bundles and messages call it, such as `AWD-LSTM`. */
  readonly architecture: string;
  /** The sizes that it is made with: JSON, from which its {@link Architecture} makes one like it. */
  readonly config: { readonly vocabulary: number };
  /** `[vocabulary, features]`. A language model's decoder is tied to it. */
  readonly embedding: Parameter<Rank.R2>;
  /** Features of the output; for a language model as many as the embedding has. */
  readonly features: number;
  /**
   * How many features pass its taps `embedding` and `hidden`, in the order in which they pass: a classifier may pool these beside the
   * output. Each is `[time, batch, features]`. Default none.
   */
  readonly lowerFeatures?: readonly number[];
  /** All parameters but the embedding, from the bottom to the top. */
  readonly groups: readonly EncoderGroup[];
  readonly buffers?: readonly Buffer[];
  /** The names of its taps. `raw`, `dropped`, `output` and `head` are the models'. */
  readonly taps: readonly (keyof Taps & string)[];
  /**
   * Whether it reads step by step, as a recurrent one does: two windows that are read one after the other then give what they
   * give in one, to the last bit, and long texts are read faster. Default false.
   */
  readonly stepwise?: boolean;
  /** The states of a batch of texts that begin, the same for each. */
  initialStates(batch: number): EncoderStates;
  /**
   * Reads a window of ids, int32 `[batch, time]`, all of the vocabulary, from these states. Called within a tape or a tidy.
   * Nothing flows back into the states: they come detached. Where {@link ForwardPass.trains} denies a parameter, its gradient may
   * be left out.
   */
  run(ids: Tensor2D, states: EncoderStates, pass: ForwardPass<Taps>): EncoderOutput;
}

/** An encoder of whatever taps: every encoder is one. */
export type AnyEncoder = Encoder<never>;

/** The taps of an encoder. */
export type TapsOf<E> = E extends Encoder<infer Taps> ? Taps : never;
