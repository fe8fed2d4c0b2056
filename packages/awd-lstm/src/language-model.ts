import {
  reshape,
  transpose,
  zeros,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { product, tiedCrossEntropy, type LstmState } from '@ulmfit/kernels';
import { parameter, parameterGroup, type ForwardPass, type Model, type Parameter } from '@ulmfit/trainer';
import { requireIndices } from './checks.js';
import { createEncoder, layerParameters, type Encoder, type EncoderConfig } from './encoder.js';
import { encoderTaps, type LanguageModelTaps } from './taps.js';

/**
 * A window of every stream, as `languageModelLoader` of `@ulmfit/text` gives it. Row `b` goes on where row `b` of the
 * batch before ended. Whether the text is read forwards or backwards is the loader's affair: the model is the same.
 */
export interface LanguageModelInput {
  /** int32 `[batch, time]` */
  readonly ids: Tensor2D;
  /** int32 `[batch, time]`: what follows each id. Read for the loss alone: to predict, the ids do in their place. */
  readonly targets: Tensor2D;
  /** How much the learning rate is scaled for this window, for a plugin such as `bpttRateScaling`. Default 1. */
  readonly rateScale?: number;
}

/** What a pass of the language model gives. */
export interface LanguageModelOutput {
  /** What the decoder is given: the last layer's output after its dropout, `[time, batch, embedding]`. */
  readonly hidden: Tensor3D;
}

/** The language model, see `createLanguageModel`. */
export interface LanguageModel extends Model<LanguageModelInput, LanguageModelOutput, LanguageModelTaps> {
  readonly encoder: Encoder;
  /** `[vocabulary]`; the decoder's weight is the embedding. */
  readonly decoderBias: Parameter<Rank.R1>;
  /** The logits of an output, `[time * batch, vocabulary]`, time-major. For use outside training: no gradient. */
  logits(output: LanguageModelOutput): Tensor2D;
}

/**
 * The AWD-LSTM language model: the encoder and a decoder tied to the embedding (Merity et al. 2017, section 4.3), with
 * a bias. States carry over from window to window of a phase, detached. Groups: `rnn1`, `rnn2`, ..., `decoder`
 * (embedding and bias: the tied matrix stands in the top group).
 * `seed`, an integer from 0 to 2^32 - 1, draws the first weights.
 * @throws UlmfitError `BAD_CONFIG`; at a batch, `BAD_BATCH` when its streams are not as many as the carried states', an id
 *   is beyond the vocabulary or the targets are not of the ids' shape
 */
export function createLanguageModel(
  config: EncoderConfig,
  { seed = 0 }: { seed?: number } = {},
): LanguageModel {
  const encoder = createEncoder(config, { seed });
  const decoderBias = parameter('decoder.bias', 'bias', zeros<Rank.R1>([encoder.config.vocabulary]));
  const weight = encoder.embedding.variable;
  const bias = decoderBias.variable;
  const flat = (hidden: Tensor3D): Tensor2D => reshape(hidden, [-1, encoder.config.embedding]);
  const groups = [
    ...encoder.layers.map((layer, l) => parameterGroup(`rnn${l + 1}`, layerParameters(layer))),
    parameterGroup('decoder', [encoder.embedding, decoderBias]),
  ];
  const all = groups.flatMap((g) => g.parameters);

  return {
    name: 'AWD-LSTM language model',
    encoder,
    decoderBias,
    groups,
    taps: [...encoderTaps, 'output', 'raw', 'dropped'],
    forward({ ids }, pass) {
      const { output, states } = encoder.run(ids, carriedStates(encoder, ids.shape[0], pass), pass);
      states.forEach(({ h, c }, l) => {
        pass.carry(`rnn.${l}.h`, h);
        pass.carry(`rnn.${l}.c`, c);
      });
      const raw = pass.tap('raw', output, {});
      const hidden = pass.tap('dropped', pass.tap('output', raw, {}), {});
      return { hidden };
    },
    loss({ hidden }, { ids, targets }, pass): Scalar {
      requireTargets(ids, targets, encoder.config.vocabulary);
      const inputs = {
        hidden: flat(hidden),
        weight,
        bias,
        targets: reshape(transpose(targets), [-1]) as Tensor1D,
      };
      return tiedCrossEntropy(
        inputs,
        all.some((p) => pass.trains(p)),
      );
    },
    logits: ({ hidden }) => product(flat(hidden), weight, { transposeB: true, bias }),
    targets: ({ ids }) => ids.size,
    dispose() {
      for (const { variable } of all) variable.dispose();
    },
  };
}

/** @throws UlmfitError `BAD_BATCH` */
function requireTargets(ids: Tensor2D, targets: Tensor2D, vocabulary: number): void {
  if (ids.shape.join() !== targets.shape.join()) {
    throw new UlmfitError(
      'BAD_BATCH',
      `language model: ids of [${ids.shape.join(', ')}] with targets of [${targets.shape.join(', ')}]`,
    );
  }
  requireIndices('targets', targets, vocabulary, 'words');
}

function carriedStates(encoder: Encoder, batch: number, pass: ForwardPass<LanguageModelTaps>): LstmState[] {
  return encoder.initialStates(batch).map((zero, l) => {
    const h = (pass.carried(`rnn.${l}.h`) ?? zero.h) as Tensor2D;
    const c = (pass.carried(`rnn.${l}.c`) ?? zero.c) as Tensor2D;
    if (h.shape[0] !== batch) {
      throw new UlmfitError(
        'BAD_BATCH',
        `language model: a batch of ${batch} streams follows one of ${h.shape[0]} in the same epoch`,
      );
    }
    return { h, c };
  });
}
