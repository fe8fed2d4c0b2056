import {
  log,
  reshape,
  sub,
  tensor1d,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireInteger } from '@ulmfit/errors';
import {
  embeddingLookup,
  randomWords,
  tiedCrossEntropy,
  type RandomKey,
  type TiedCrossEntropyInputs,
} from '@ulmfit/kernels';

/** Which words a language model compares with each target in training, see `createLanguageModel`. */
export interface SampledSoftmax {
  /** Always the first so many ids: a vocabulary is sorted by frequency. */
  readonly frequent: number;
  /** So many draws from the rest for each batch; few words are drawn twice. The batch's own targets come on top. */
  readonly drawn: number;
}

/** The words of a batch, and how likely each of them was to be among them. */
export interface WordSample {
  /** Ids, ascending. */
  readonly words: Int32Array;
  /** Of each word, in `(0, 1]`. */
  readonly chances: Float32Array;
  /** The place of each target among the words. */
  readonly targets: Int32Array;
}

/**
 * Draws the words that a batch's targets are compared with.
 * @example
 * const key = pass.random('sampledSoftmax');
 * drawWords(targets, 20_000, { frequent: 2000, drawn: 2000 }, key).words.length; // some 4,050
 */
export function drawWords(
  targets: ArrayLike<number>,
  vocabulary: number,
  { frequent, drawn }: SampledSoftmax,
  key: RandomKey,
): WordSample {
  const rest = vocabulary - frequent;
  const chosen = new Uint8Array(vocabulary).fill(1, 0, frequent);
  for (const random of randomWords(drawn, key)) chosen[frequent + Math.floor((random / 2 ** 32) * rest)] = 1;
  for (let i = 0; i < targets.length; i++) chosen[targets[i] as number] = 1;
  const words: number[] = [];
  const place = new Int32Array(vocabulary);
  for (let word = 0; word < vocabulary; word++) if (chosen[word]) place[word] = words.push(word) - 1;
  // A rare word is there because it was drawn, or as the target of another row. How often it is one, Zipf's law tells.
  const harmonic = Math.log(vocabulary) + 0.5772;
  const notDrawn = (1 - 1 / rest) ** drawn;
  const chance = (word: number) =>
    word < frequent ? 1 : 1 - notDrawn * Math.exp(-(targets.length - 1) / ((word + 1) * harmonic));
  return {
    words: Int32Array.from(words),
    chances: Float32Array.from(words, chance),
    targets: Int32Array.from(targets, (target) => place[target] as number),
  };
}

/**
 * The mean cross-entropy over the words of a sample: each logit less the logarithm of the word's chance to be there, so that
 * its optimum is that of the whole softmax (Jean et al. 2015, "On using very large target vocabulary for neural machine translation",
 * section 3).
 */
export function sampledCrossEntropy(
  { hidden, weight, bias }: Omit<TiedCrossEntropyInputs, 'targets'>,
  { words, chances, targets }: WordSample,
  needsGradient = true,
): Scalar {
  const ids = tensor1d(words, 'int32');
  const biases = reshape(embeddingLookup(reshape(bias, [-1, 1]), ids), [-1]) as Tensor1D;
  const inputs = {
    hidden,
    weight: embeddingLookup(weight, ids) as Tensor2D,
    bias: sub(biases, log(tensor1d(chances))) as Tensor1D,
    targets: tensor1d(targets, 'int32'),
  };
  return tiedCrossEntropy(inputs, needsGradient);
}

/** @throws UlmfitError `BAD_CONFIG` */
export function requireSampledSoftmax({ frequent, drawn }: SampledSoftmax): void {
  requireInteger('sampledSoftmax.frequent', frequent, { from: 0, code: 'BAD_CONFIG' });
  requireInteger('sampledSoftmax.drawn', drawn, { from: 1, code: 'BAD_CONFIG' });
}
