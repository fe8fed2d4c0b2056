import {
  add,
  matMul,
  mul,
  reshape,
  sigmoid,
  slice,
  split,
  stack,
  sub,
  tanh,
  tensor,
  transpose,
  zeros,
  type Rank,
  type ShapeMap,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { Encoder } from '@ulmfit/awd-lstm';
import { requireInteger } from '@ulmfit/errors';
import { embeddingLookup, randomKey, uniformValues } from '@ulmfit/kernels';
import { parameter, timeMajor, type Parameter, type TimeMajor } from '@ulmfit/trainer';

export interface GruConfig {
  /** Rows of the embedding. */
  readonly vocabulary: number;
  /** Features of the embedding and units of every layer: the decoder is tied to the embedding. */
  readonly features: number;
  readonly layers: number;
}

/** The tensors that plugins may touch: those of AWD-LSTM, so that its dropouts fit. */
export interface GruTaps {
  /** The rows looked up, `[time, batch, features]`, with their ids and the number of rows. */
  embedding: TimeMajor & { ids: Tensor; vocabulary: number };
  /** The input of the first layer, `[time, batch, features]`. */
  input: TimeMajor;
  /** A layer's recurrent weight, `[3 * features, features]`. */
  weightHh: { layer: number };
  /** What passes from a layer to the next, `[time, batch, features]`. */
  hidden: TimeMajor & { layer: number };
}

export interface GruEncoder extends Encoder<GruTaps> {
  readonly config: GruConfig;
}

interface Layer {
  /** `[3 * features, features]`, gate order r, z, n, as in PyTorch. */
  readonly weightIh: Parameter<Rank.R2>;
  readonly weightHh: Parameter<Rank.R2>;
  /** `[3 * features]` */
  readonly biasIh: Parameter<Rank.R1>;
  readonly biasHh: Parameter<Rank.R1>;
}

/** The id of padding, whose row is not trained. */
const PAD = 1;

/**
 * A stack of GRU layers (Cho et al. 2014) over an embedding, by operations of TensorFlow.js, which have the gradients.
 * @throws UlmfitError `BAD_CONFIG`
 */
export function createGru(config: GruConfig, { seed = 0 }: { readonly seed?: number } = {}): GruEncoder {
  const { vocabulary, features, layers: count } = config;
  for (const [name, size] of Object.entries({ vocabulary, features, layers: count }))
    requireInteger(`GRU: ${name}`, size, { code: 'BAD_CONFIG' });

  const make = <R extends Rank>(name: string, kind: 'weight' | 'bias', shape: ShapeMap[R], bound: number) => {
    const size = (shape as readonly number[]).reduce((product, n) => product * n, 1);
    // A stream of its own for each: a weight does not depend on how many there are.
    const values = uniformValues(size, -bound, bound, randomKey({ seed, stage: 'init', stream: name }));
    return parameter(name, kind, tensor<R>(values, shape, 'float32'));
  };
  const embedding = make<Rank.R2>('embedding', 'weight', [vocabulary, features], 0.1);
  const bound = 1 / Math.sqrt(features);
  const layers = Array.from({ length: count }, (_, l): Layer => ({
    weightIh: make<Rank.R2>(`gru.${l}.weightIh`, 'weight', [3 * features, features], bound),
    weightHh: make<Rank.R2>(`gru.${l}.weightHh`, 'weight', [3 * features, features], bound),
    biasIh: make<Rank.R1>(`gru.${l}.biasIh`, 'bias', [3 * features], bound),
    biasHh: make<Rank.R1>(`gru.${l}.biasHh`, 'bias', [3 * features], bound),
  }));

  return {
    architecture: 'GRU',
    config: { vocabulary, features, layers: count },
    embedding,
    features,
    groups: layers.map(({ weightIh, weightHh, biasIh, biasHh }, l) => ({
      name: `gru${l + 1}`,
      parameters: [weightIh, weightHh, biasIh, biasHh],
    })),
    taps: ['embedding', 'input', 'weightHh', 'hidden'],
    stepwise: true,
    initialStates: (batch) =>
      Object.fromEntries(layers.map((_, l) => [`gru.${l}.h`, zeros([batch, features])])),
    run(ids, states, pass) {
      const byTime = transpose(ids);
      const rows = embeddingLookup(embedding.variable, byTime, PAD) as Tensor3D;
      let x = pass.tap('embedding', rows, { ...timeMajor, ids: byTime, vocabulary });
      x = pass.tap('input', x, timeMajor);
      const after: Record<string, Tensor> = {};
      layers.forEach((layer, l) => {
        const weightHh = pass.tap('weightHh', layer.weightHh.variable, { layer: l });
        const { output, h } = readLayer(x, states[`gru.${l}.h`] as Tensor2D, layer, weightHh);
        x = l < count - 1 ? pass.tap('hidden', output, { ...timeMajor, layer: l }) : output;
        after[`gru.${l}.h`] = h;
      });
      return { output: x, states: after };
    },
  };
}

/** One layer over a window, `[time, batch, features]` to the same shape, and the last state. */
function readLayer(
  x: Tensor3D,
  before: Tensor2D,
  layer: Layer,
  weightHh: Tensor2D,
): { output: Tensor3D; h: Tensor2D } {
  const [time, batch, features] = x.shape;
  // The products of all steps with the input at once.
  const flat = reshape(x, [time * batch, features]);
  const projected = reshape(add(matMul(flat, layer.weightIh.variable, false, true), layer.biasIh.variable), [
    time,
    batch,
    3 * features,
  ]);
  let h = before;
  const outputs: Tensor2D[] = [];
  for (let t = 0; t < time; t++) {
    // Not by `unstack`, which has no gradient where there is one step.
    const step = reshape(slice(projected, [t, 0, 0], [1, batch, 3 * features]), [batch, 3 * features]);
    const recurrent = add(matMul(h, weightHh, false, true), layer.biasHh.variable);
    const [xr, xz, xn] = split(step, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    const [hr, hz, hn] = split(recurrent, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    const reset = sigmoid(add(xr, hr));
    const update = sigmoid(add(xz, hz));
    const fresh = tanh(add(xn, mul(reset, hn)));
    h = add(mul(sub(1, update), fresh), mul(update, h));
    outputs.push(h);
  }
  return { output: stack(outputs) as Tensor3D, h };
}
