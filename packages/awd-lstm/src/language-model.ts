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
import { product, tiedCrossEntropy } from '@ulmfit/kernels';
import {
  parameter,
  parameterGroup,
  timeMajor,
  type ForwardPass,
  type Model,
  type Parameter,
} from '@ulmfit/trainer';
import { createAwdLstm, type AwdLstmConfig, type AwdLstmEncoder } from './awd-lstm.js';
import { requireIndices } from './checks.js';
import type { AnyEncoder, Encoder, EncoderStates } from './encoder.js';
import { requireEncoder, runEncoder } from './run-encoder.js';
import {
  drawWords,
  requireSampledSoftmax,
  sampledCrossEntropy,
  type SampledSoftmax,
} from './sampled-softmax.js';
import { decoderTaps, type DecoderTaps, type LanguageModelTaps } from './taps.js';

/**
 * A window of every stream, as `languageModelLoader` of `@ulmfit/text` gives it. Row `b` goes on where row `b` of the
 * batch before ended. Whether the text is read forwards or backwards is the loader's affair: the model is the same.
 */
export interface LanguageModelInput {
  /** int32 `[batch, time]` */
  readonly ids: Tensor2D;
  /** int32 `[batch, time]`: what follows each id. Read for the loss alone: to predict, pass the ids instead. */
  readonly targets: Tensor2D;
  /** How much the learning rate is scaled for this window, for a plugin such as `bpttRateScaling`. Default 1. */
  readonly rateScale?: number;
}

/** What a pass of the language model gives. */
export interface LanguageModelOutput {
  /** What the decoder is given: the last layer's output after its dropout, `[time, batch, features]`. */
  readonly hidden: Tensor3D;
}

/** The language model, see `createLanguageModel`. */
export interface LanguageModel<E extends AnyEncoder = AwdLstmEncoder> extends Model<
  LanguageModelInput,
  LanguageModelOutput,
  LanguageModelTaps<E>
> {
  readonly encoder: E;
  /** `[vocabulary]`; the decoder's weight is the embedding. */
  readonly decoderBias: Parameter<Rank.R1>;
  /** The logits of an output, `[time * batch, vocabulary]`, time-major. For use outside training: no gradient. */
  logits(output: LanguageModelOutput): Tensor2D;
}

/** A language model over an encoder, which belongs to it from then on. */
export interface LanguageModelConfig<E extends AnyEncoder> {
  readonly encoder: E;
}

export interface LanguageModelOptions {
  /**
   * Compares each target with a sample of the vocabulary in training, which is faster with many words. The training loss is
   * an estimate then; validation and predictions compare with every word. Default: no sample.
   */
  readonly sampledSoftmax?: SampledSoftmax | undefined;
}

/**
 * The language model of ULMFiT: an encoder, AWD-LSTM by its sizes or any other one, and a decoder tied to its embedding (Merity
 * et al. 2017, section 4.4), with a bias. States carry over from window to window of a phase, detached. Groups: the encoder's,
 * which are `rnn1`, `rnn2`, ... of AWD-LSTM, then `decoder` (embedding and bias: the tied matrix stands in the top group).
 * `seed`, an integer from 0 to 2^32 - 1, draws the first weights; those of an encoder that is given are there already.
 * @throws UlmfitError `BAD_CONFIG`; at a batch, `BAD_BATCH` when its streams are not as many as the carried states', an id
 *   is beyond the vocabulary or the targets are not of the ids' shape
 * @example
 * const model = createLanguageModel({ vocabulary: 30_000 }); // AWD-LSTM
 * const other = createLanguageModel({ encoder: createGru({ vocabulary: 30_000, features: 128 }) });
 * const faster = createLanguageModel({ vocabulary: 30_000 }, { sampledSoftmax: { frequent: 2000, drawn: 2000 } });
 */
export function createLanguageModel(
  config: AwdLstmConfig,
  options?: LanguageModelOptions & { seed?: number },
): LanguageModel;
export function createLanguageModel<E extends AnyEncoder>(
  config: LanguageModelConfig<E>,
  options?: LanguageModelOptions,
): LanguageModel<E>;
export function createLanguageModel(
  config: AwdLstmConfig | LanguageModelConfig<AnyEncoder>,
  options: LanguageModelOptions & { seed?: number } = {},
): unknown {
  return overEncoder('encoder' in config ? config.encoder : createAwdLstm(config, options), options);
}

function overEncoder<Taps>(encoder: Encoder<Taps>, { sampledSoftmax }: LanguageModelOptions) {
  requireEncoder(encoder, decoderTaps);
  if (sampledSoftmax) requireSampledSoftmax(sampledSoftmax);
  const { architecture, embedding, features } = encoder;
  const [vocabulary, width] = embedding.variable.shape;
  if (width !== features) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `language model: the embedding has ${width} features and the output of ${architecture} ${features}; the tied decoder needs them equal`,
    );
  }
  const decoderBias = parameter('decoder.bias', 'bias', zeros<Rank.R1>([vocabulary]));
  const weight = embedding.variable;
  const bias = decoderBias.variable;
  const flat = (hidden: Tensor3D): Tensor2D => reshape(hidden, [-1, features]);
  const groups = [
    ...encoder.groups.map(({ name, parameters }) => parameterGroup(name, parameters)),
    parameterGroup('decoder', [embedding, decoderBias]),
  ];
  const { buffers = [] } = encoder;
  const all = groups.flatMap((g) => g.parameters);
  const sampled =
    sampledSoftmax && sampledSoftmax.frequent + sampledSoftmax.drawn < vocabulary
      ? sampledSoftmax
      : undefined;

  return {
    name: `${architecture} language model`,
    encoder,
    decoderBias,
    groups,
    buffers,
    taps: [...encoder.taps, ...decoderTaps],
    forward({ ids }: LanguageModelInput, pass: ForwardPass<Taps & DecoderTaps>): LanguageModelOutput {
      const { output, states } = runEncoder(encoder, ids, carriedStates(encoder, ids.shape[0], pass), pass);
      for (const [name, state] of Object.entries(states)) pass.carry(name, state);
      const own: ForwardPass<DecoderTaps> = pass;
      const raw = own.tap('raw', output, timeMajor);
      const hidden = own.tap('dropped', own.tap('output', raw, timeMajor), timeMajor);
      return { hidden };
    },
    loss({ hidden }: LanguageModelOutput, { ids, targets }: LanguageModelInput, pass: ForwardPass): Scalar {
      requireTargets(ids, targets, vocabulary);
      const decoder = { hidden: flat(hidden), weight, bias };
      const next = reshape(transpose(targets), [-1]) as Tensor1D;
      const needsGradient = all.some((p) => pass.trains(p));
      if (!sampled || !pass.training) return tiedCrossEntropy({ ...decoder, targets: next }, needsGradient);
      const sample = drawWords(next.dataSync(), vocabulary, sampled, pass.random('sampledSoftmax'));
      return sampledCrossEntropy(decoder, sample, needsGradient);
    },
    logits: ({ hidden }: LanguageModelOutput) => product(flat(hidden), weight, { transposeB: true, bias }),
    targets: ({ ids }: LanguageModelInput) => ids.size,
    dispose() {
      for (const { variable } of [...all, ...buffers]) variable.dispose();
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

/** @throws UlmfitError `BAD_BATCH` */
function carriedStates(
  encoder: Pick<AnyEncoder, 'initialStates'>,
  batch: number,
  pass: Pick<ForwardPass, 'carried'>,
): EncoderStates {
  return Object.fromEntries(
    Object.entries(encoder.initialStates(batch)).map(([name, first]) => {
      const state = pass.carried(name) ?? first;
      if (state.shape[0] === batch) return [name, state];
      throw new UlmfitError(
        'BAD_BATCH',
        `language model: a batch of ${batch} streams follows one of ${state.shape[0]} in the same epoch; keep the batch size`,
      );
    }),
  );
}
