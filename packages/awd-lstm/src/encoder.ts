import {
  keep,
  scalar,
  tensor,
  transpose,
  util,
  zeros,
  type Rank,
  type Scalar,
  type ShapeMap,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import {
  customGradient,
  embeddingLookup,
  lstmLayer,
  randomKey,
  requireBackend,
  uniformValues,
  type LstmState,
} from '@ulmfit/kernels';
import { parameter, type ForwardPass, type Parameter, type ParameterKind } from '@ulmfit/trainer';
import { requireIndices } from './checks.js';
import type { EncoderTaps } from './taps.js';

/** The sizes of an AWD-LSTM. The last layer's output has the embedding's size, so that the decoder can be tied. */
export interface EncoderConfig {
  /** Rows of the embedding. */
  readonly vocabulary: number;
  /** Features of the embedding. Default 400. */
  readonly embedding?: number;
  /** Units of every layer but the last. Default 1152 (the paper's 1150, made divisible). */
  readonly hidden?: number;
  /** LSTM layers. Default 3. */
  readonly layers?: number;
  /** The id of padding, whose row gets no gradient from the look-up. Default 1. */
  readonly padIndex?: number;
}

/** The parameters of one LSTM layer, in PyTorch's layout: gate order i, f, g, o along the first axis. */
export interface LayerParameters {
  /** `[4 * units, input]` */
  readonly weightIh: Parameter<Rank.R2>;
  /** `[4 * units, units]` */
  readonly weightHh: Parameter<Rank.R2>;
  /** `[4 * units]` */
  readonly biasIh: Parameter<Rank.R1>;
  /** `[4 * units]`; apart from `biasIh`, as Adam's steps and the clipped norm depend on it. */
  readonly biasHh: Parameter<Rank.R1>;
}

/** In the order in which they stand in a group. */
export const layerParameters = ({ weightIh, weightHh, biasIh, biasHh }: LayerParameters): Parameter[] => [
  weightIh,
  weightHh,
  biasIh,
  biasHh,
];

/** The encoder's states by layer, each `[batch, units]`. */
export type EncoderStates = readonly LstmState[];

/** An embedding and a stack of LSTM layers, see `createEncoder`. Its parameters are the caller's to dispose. */
export interface Encoder {
  readonly config: Required<EncoderConfig>;
  /** `[vocabulary, embedding]` */
  readonly embedding: Parameter<Rank.R2>;
  /** From the bottom to the top. */
  readonly layers: readonly LayerParameters[];
  /** The zero states of a batch. */
  initialStates(batch: number): LstmState[];
  /**
   * Runs a window of ids (int32 `[batch, time]`) from the given states. To be called within a tape or a tidy.
   * @returns the last layer's output `[time, batch, embedding]` and the states after the window, detached
   * @throws UlmfitError `BAD_BATCH` for an id beyond the vocabulary
   */
  run(
    ids: Tensor2D,
    states: EncoderStates,
    pass: ForwardPass<EncoderTaps>,
  ): { output: Tensor3D; states: LstmState[] };
  /** As `run`, for a window that only carries the state: off the tape, so that nothing of it is kept. */
  carry(ids: Tensor2D, states: EncoderStates, pass: ForwardPass<EncoderTaps>): LstmState[];
}

/** Draws a parameter's first value uniformly from `[-bound, bound)`, from its own stream of the seed. */
export function uniformParameter<R extends Rank>(
  name: string,
  kind: ParameterKind,
  shape: ShapeMap[R],
  bound: number,
  seed: number,
): Parameter<R> {
  const length = util.sizeFromShape(shape);
  const values = uniformValues(length, -bound, bound, randomKey({ seed, stage: 'init', stream: name }));
  return parameter(name, kind, tensor<R>(values, shape, 'float32'));
}

/**
 * The AWD-LSTM encoder (Merity et al. 2017): an embedding and a stack of LSTM layers. By itself it is a plain LSTM;
 * the regularisers are plugins on its taps. Embedding from U(-.1, .1), weights and biases from
 * U(-1/sqrt(units), 1/sqrt(units)), as in PyTorch.
 * `seed`, an integer from 0 to 2^32 - 1, draws the first weights.
 * @throws UlmfitError `BAD_CONFIG`, `NO_BACKEND`
 */
export function createEncoder(config: EncoderConfig, { seed = 0 }: { seed?: number } = {}): Encoder {
  requireBackend();
  const full = { embedding: 400, hidden: 1152, layers: 3, padIndex: 1, ...config };
  for (const [name, value] of Object.entries(full)) {
    requireInteger(`encoder: ${name}`, value, { from: name === 'padIndex' ? 0 : 1, code: 'BAD_CONFIG' });
  }
  const { vocabulary, embedding: features, hidden, layers: count, padIndex } = full;
  if (padIndex >= vocabulary) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `encoder: padIndex is ${padIndex}, which is not in a vocabulary of ${vocabulary}`,
    );
  }
  const embedding = uniformParameter<Rank.R2>('embedding', 'weight', [vocabulary, features], 0.1, seed);
  const units = Array.from({ length: count }, (_, l) => (l === count - 1 ? features : hidden));
  const layers = units.map((size, l): LayerParameters => {
    const input = l === 0 ? features : hidden;
    const make = <R extends Rank>(name: string, kind: ParameterKind, shape: ShapeMap[R]) =>
      uniformParameter<R>(`rnn.${l}.${name}`, kind, shape, 1 / Math.sqrt(size), seed);
    return {
      weightIh: make<Rank.R2>('weightIh', 'weight', [4 * size, input]),
      weightHh: make<Rank.R2>('weightHh', 'weight', [4 * size, size]),
      biasIh: make<Rank.R1>('biasIh', 'bias', [4 * size]),
      biasHh: make<Rank.R1>('biasHh', 'bias', [4 * size]),
    };
  });

  /** @param gradient whether any may be asked of this window; else it is off the tape, and nothing of it but the states lasts */
  function run(ids: Tensor2D, states: EncoderStates, pass: ForwardPass<EncoderTaps>, gradient: boolean) {
    const options = { observed: gradient };
    requireIndices('ids', ids, vocabulary, 'words');
    const byTime = transpose(ids);
    const rows = embeddingLookup(embedding.variable, byTime, padIndex) as Tensor3D;
    let x = pass.tap('embedding', rows, { ids: byTime, vocabulary }, options);
    x = pass.tap('input', x, {}, options);
    // A layer's input needs a gradient when anything below it is trained.
    let below = gradient && pass.trains(embedding);
    const after = layers.map((layer, l) => {
      const own = gradient && layerParameters(layer).some((p) => pass.trains(p));
      const { output, state } = lstmLayer(
        x,
        states[l] as LstmState,
        {
          weightIh: layer.weightIh.variable,
          weightHh: pass.tap('weightHh', layer.weightHh.variable, { layer: l }, options),
          biasIh: layer.biasIh.variable,
          biasHh: layer.biasHh.variable,
        },
        { input: below, weights: own },
      );
      below ||= own;
      x = l < count - 1 ? pass.tap('hidden', output, { layer: l }, options) : output;
      return state;
    });
    return { output: x, states: after };
  }

  return {
    config: full,
    embedding,
    layers,
    initialStates: (batch) => units.map((size) => ({ h: zeros([batch, size]), c: zeros([batch, size]) })),
    run: (ids, states, pass) => run(ids, states, pass, true),
    carry: (ids, states, pass) => offTape(() => run(ids, states, pass, false).states),
  };
}

/** Makes states as constants: what is made on the way is freed at once, under a tape too. */
function offTape(make: () => LstmState[]): LstmState[] {
  let made: LstmState[] = [];
  // tfjs records nothing within an operation that has a gradient of its own.
  customGradient<Scalar>([], () => {
    made = make().map(({ h, c }) => ({ h: keep(h.clone()), c: keep(c.clone()) }));
    return { value: scalar(0), gradient: () => [] };
  }).dispose();
  const handOver = (state: Tensor2D): Tensor2D => {
    const own = state.clone();
    state.dispose();
    return own;
  };
  return made.map(({ h, c }) => ({ h: handOver(h), c: handOver(c) }));
}
