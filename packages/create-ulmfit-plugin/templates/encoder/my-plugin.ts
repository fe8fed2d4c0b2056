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
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { Architecture, Encoder } from '@ulmfit/awd-lstm';
import { requireInteger } from '@ulmfit/errors';
import { embeddingLookup, randomKey, uniformValues } from '@ulmfit/kernels';
import { parameter, timeMajor, type Parameter, type TimeMajor } from '@ulmfit/trainer';

export interface MyPluginSizes {
  /** Features of the embedding, the layers and the output. */
  readonly features: number;
  /** Layers over one another. Default 1. */
  readonly layers?: number;
}

/** The tensors that plugins may touch on their way through the encoder. */
export interface MyPluginTaps {
  /** The input of the first layer, `[time, batch, features]`. */
  input: TimeMajor;
  /** What passes from layer `layer` to the next, `[time, batch, features]`. */
  hidden: TimeMajor & { layer: number };
}

const NAME = 'myPlugin';

/**
 * Layers of gated recurrent units (Cho et al. 2014, section 2.3) over an embedding.
 * @param seed draws the first weights: an integer from 0 to 2^32 - 1, default 0
 * @throws UlmfitError `BAD_CONFIG`
 * @example
 * const model = createLanguageModel({ encoder: createMyPlugin({ vocabulary: 30_000, features: 400, layers: 2 }) });
 */
export function createMyPlugin(
  { vocabulary, features, layers = 1 }: MyPluginSizes & { readonly vocabulary: number },
  { seed = 0 }: { readonly seed?: number } = {},
): Encoder<MyPluginTaps> {
  for (const [name, size] of Object.entries({ vocabulary, features, layers })) {
    requireInteger(`${NAME}: ${name}`, size, { code: 'BAD_CONFIG' });
  }
  const bound = 1 / Math.sqrt(features);
  const drawn = <R extends Rank>(name: string, shape: ShapeMap[R]): Parameter<R> => {
    const size = (shape as readonly number[]).reduce((product, n) => product * n, 1);
    const values = uniformValues(size, -bound, bound, randomKey({ seed, stage: 'init', stream: name }));
    return parameter(name, 'weight', tensor<R>(values, shape));
  };
  const embedding = drawn<Rank.R2>('embedding', [vocabulary, features]);
  const stacked = Array.from({ length: layers }, (_, l) => ({
    // Update gate, reset gate and candidate side by side.
    input: drawn<Rank.R2>(`gru.${l}.input`, [features, 3 * features]),
    gates: drawn<Rank.R2>(`gru.${l}.gates`, [features, 2 * features]),
    candidate: drawn<Rank.R2>(`gru.${l}.candidate`, [features, features]),
  }));

  return {
    architecture: NAME,
    config: { vocabulary, features, layers } as { readonly vocabulary: number },
    embedding,
    features,
    groups: stacked.map((layer, l) => ({
      name: `gru${l + 1}`,
      parameters: Object.values(layer) as Parameter[],
    })),
    taps: ['input', 'hidden'],
    // Two windows that are read one after the other give what they give in one.
    stepwise: true,
    initialStates: (batch) =>
      Object.fromEntries(stacked.map((_, l) => [`gru.${l}`, zeros([batch, features])])),
    run(ids, states, pass) {
      const table = embedding.variable as Tensor2D;
      let x = pass.tap('input', embeddingLookup(table, transpose(ids)) as Tensor3D, timeMajor);
      const after: Record<string, Tensor2D> = {};
      for (const [l, layer] of stacked.entries()) {
        let h = states[`gru.${l}`] as Tensor2D;
        const outputs = Array.from({ length: x.shape[0] }, (_, t) => {
          const step: Tensor2D = reshape(slice(x, [t, 0, 0], [1, -1, -1]), [-1, features]);
          return (h = gatedStep(step, h, layer));
        });
        after[`gru.${l}`] = h;
        x = stack(outputs) as Tensor3D;
        if (l + 1 < layers) x = pass.tap('hidden', x, { ...timeMajor, layer: l });
      }
      return { output: x, states: after };
    },
  };
}

interface Layer {
  readonly input: Parameter<Rank.R2>;
  readonly gates: Parameter<Rank.R2>;
  readonly candidate: Parameter<Rank.R2>;
}

/** One time step of a layer, `[batch, features]`. */
function gatedStep(x: Tensor2D, h: Tensor2D, { input, gates, candidate }: Layer): Tensor2D {
  const [ofUpdate, ofReset, ofCandidate] = split(matMul(x, input.variable), 3, 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const [update, reset] = split(matMul(h, gates.variable), 2, 1) as [Tensor2D, Tensor2D];
  const kept = sigmoid(add(ofUpdate, update));
  const seen = mul(sigmoid(add(ofReset, reset)), h);
  const next = tanh(add(ofCandidate, matMul(seen as Tensor2D, candidate.variable)));
  return add(mul(kept, h), mul(sub(1, kept), next));
}

/**
 * The architecture, for stages and bundles: they make an encoder when they know the vocabulary.
 * @example
 * const classifier = await loadClassifier('runs/mine', { architectures: [myPlugin()] });
 */
export const myPlugin = (sizes: MyPluginSizes = { features: 400 }): Architecture<Encoder<MyPluginTaps>> => ({
  name: NAME,
  sizes: { ...sizes },
  create: ({ vocabulary, features, layers = 1 }, options) =>
    createMyPlugin({ vocabulary, features: Number(features), layers: Number(layers) }, options),
  // By arithmetic alone: so a stage refuses what would not fit in memory before it takes any.
  memory: ({ vocabulary, features, layers = 1 }) => {
    const [size, count] = [Number(features), Number(layers)];
    return {
      parameters: vocabulary * size + count * 6 * size ** 2,
      perToken: size + count * 4 * size, // the embedding; both gates, the candidate and the output of each layer
    };
  },
});
