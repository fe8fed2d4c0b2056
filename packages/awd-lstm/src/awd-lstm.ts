import {
  tensor,
  transpose,
  util,
  zeros,
  type Rank,
  type ShapeMap,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { embeddingLookup, lstmLayer, randomKey, requireBackend, uniformValues } from '@ulmfit/kernels';
import { parameter, timeMajor, type Parameter, type ParameterKind } from '@ulmfit/trainer';
import type { Architecture } from './architecture.js';
import type { AnyEncoder, Encoder } from './encoder.js';
import { awdLstmMemory } from './layer-weights.js';
import type { AwdLstmTaps } from './awd-lstm-taps.js';

/** The sizes of an AWD-LSTM. The last layer's output has the embedding's size, so that the decoder can be tied. */
export interface AwdLstmConfig {
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

/** An embedding and a stack of LSTM layers, see `createAwdLstm`. Its parameters are the caller's to dispose. */
export interface AwdLstmEncoder extends Encoder<AwdLstmTaps> {
  readonly config: Required<AwdLstmConfig>;
  /** From the bottom to the top. */
  readonly layers: readonly LayerParameters[];
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
 * U(-1/sqrt(units), 1/sqrt(units)), as in PyTorch. Groups: `rnn1`, `rnn2`, ....
 * `seed`, an integer from 0 to 2^32 - 1, draws the first weights.
 * @throws UlmfitError `BAD_CONFIG`, `NO_BACKEND`
 * @example
 * const encoder = createAwdLstm({ vocabulary: 10_000, embedding: 64, hidden: 128, layers: 2 }, { seed: 1 });
 * const model = createLanguageModel({ encoder });
 */
export function createAwdLstm(config: AwdLstmConfig, { seed = 0 }: { seed?: number } = {}): AwdLstmEncoder {
  requireBackend();
  const full = { ...DEFAULTS, padIndex: 1, ...config };
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

  return {
    architecture: ARCHITECTURE,
    config: full,
    embedding,
    features,
    lowerFeatures: [features, ...units.slice(0, -1)],
    layers,
    groups: layers.map((layer, l) => ({ name: `rnn${l + 1}`, parameters: layerParameters(layer) })),
    taps: ['embedding', 'input', 'weightHh', 'hidden'],
    stepwise: true,
    initialStates: (batch) =>
      Object.fromEntries(
        units.flatMap((size, l) => ['h', 'c'].map((part) => [stateName(l, part), zeros([batch, size])])),
      ),
    run(ids, states, pass) {
      const byTime = transpose(ids);
      const rows = embeddingLookup(embedding.variable, byTime, padIndex) as Tensor3D;
      let x = pass.tap('embedding', rows, { ...timeMajor, ids: byTime, vocabulary, padIndex });
      x = pass.tap('input', x, timeMajor);
      // A layer's input needs a gradient when anything below it is trained.
      let below = pass.trains(embedding);
      const after: Record<string, Tensor> = {};
      layers.forEach((layer, l) => {
        const own = layerParameters(layer).some((p) => pass.trains(p));
        const [h, c] = [stateName(l, 'h'), stateName(l, 'c')];
        const { output, state } = lstmLayer(
          x,
          { h: states[h] as Tensor2D, c: states[c] as Tensor2D },
          {
            weightIh: layer.weightIh.variable,
            weightHh: pass.tap('weightHh', layer.weightHh.variable, { layer: l }),
            biasIh: layer.biasIh.variable,
            biasHh: layer.biasHh.variable,
          },
          { input: below, weights: own },
        );
        below ||= own;
        x = l < count - 1 ? pass.tap('hidden', output, { ...timeMajor, layer: l }) : output;
        after[h] = state.h;
        after[c] = state.c;
      });
      return { output: x, states: after };
    },
  };
}

const ARCHITECTURE = 'AWD-LSTM';
const DEFAULTS = { embedding: 400, hidden: 1152, layers: 3 };

/**
 * Whether an encoder is an AWD-LSTM.
 * @example
 * if (isAwdLstm(encoder)) console.log(encoder.layers.length); // its layers have types now
 */
export const isAwdLstm = (encoder: AnyEncoder): encoder is AwdLstmEncoder =>
  encoder.architecture === ARCHITECTURE;

/** As checkpoints name a layer's `h` and `c`. */
const stateName = (layer: number, part: string): string => `rnn.${layer}.${part}`;

/** The sizes of an AWD-LSTM, all but the vocabulary. */
export type AwdLstmSizes = Omit<AwdLstmConfig, 'vocabulary'>;

/**
 * AWD-LSTM as an architecture. Stages and bundles know it already; it is needed only for other sizes than a recipe's.
 * @example
 * await trainLanguageModel({ stage: 'pretrain', recipe, data, seed: 1, architecture: awdLstm({ embedding: 64, hidden: 128, layers: 4 }) });
 */
export const awdLstm = (sizes: AwdLstmSizes = {}): Architecture<AwdLstmEncoder> => ({
  name: ARCHITECTURE,
  sizes: { ...sizes },
  // What is no size, or none that there can be, is refused there.
  create: (config, options) => createAwdLstm(config as AwdLstmConfig, options),
  memory: (config) => awdLstmMemory({ ...DEFAULTS, ...(config as AwdLstmConfig) }),
});
