import {
  add,
  tensor1d,
  valueAndGrads,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { FastKernelName } from '../kernel-names.js';
import { tiedCrossEntropy } from '../tied-cross-entropy.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

interface Decoder {
  readonly rows: number;
  readonly features: number;
  readonly vocabulary: number;
  readonly seed: number;
  /** Of the inputs. */
  readonly scale?: number;
  /** What each word's bias has besides. */
  readonly bias?: (word: number) => number;
  /** The first row's target. */
  readonly first?: number;
  /** Takes the place of a number of the inputs or of the weight: the first one of its row. */
  readonly broken?: { readonly name: 'hidden' | 'weight'; readonly row: number; readonly by: number };
}

/** The loss with a gradient and without one, and the gradients. */
function decoded(decoder: Decoder): Tensor[] {
  const { rows, features, vocabulary, seed, scale = 1, bias: offset = () => 0, first = 0, broken } = decoder;
  const matrix = (name: string, rows: number, deviation?: number) => {
    const drawn = normal<Rank.R2>([rows, features], seed, name, deviation);
    return broken?.name === name ? withRow(drawn, broken) : drawn;
  };
  const inputs = {
    hidden: matrix('hidden', rows, scale),
    weight: matrix('weight', vocabulary),
    bias: add(
      normal<Rank.R1>([vocabulary], seed, 'bias'),
      tensor1d(Array.from({ length: vocabulary }, (_, word) => offset(word))),
    ) as Tensor1D,
  };
  const targets = tensor1d(
    Array.from({ length: rows }, (_, row) => (first + row) % vocabulary),
    'int32',
  );
  const { value, grads } = valueAndGrads((hidden: Tensor, weight: Tensor, bias: Tensor) =>
    tiedCrossEntropy({
      hidden: hidden as Tensor2D,
      weight: weight as Tensor2D,
      bias: bias as Tensor1D,
      targets,
    }),
  )([inputs.hidden, inputs.weight, inputs.bias]);
  return [value, tiedCrossEntropy({ ...inputs, targets }, false), ...grads];
}

function withRow(x: Tensor2D, { row, by }: { readonly row: number; readonly by: number }): Tensor2D {
  const buffer = x.bufferSync();
  buffer.set(by, row, 0);
  return buffer.toTensor() as Tensor2D;
}

const outputs = [
  'the loss',
  'the loss without gradients',
  ...['hidden', 'weight', 'bias'].map((name) => `the gradient of ${name}`),
];
const whole: readonly FastKernelName[] = ['UlmfitTiedSoftmaxCrossEntropy'];
const ways = [whole, ['UlmfitSoftmaxCrossEntropy', 'UlmfitProduct'] as const];

export function crossEntropyCases({ draws, large }: { draws: number; large: boolean }): CaseParts[] {
  const any = integers('cross-entropy');
  const drawn = Array.from({ length: draws }, (_, seed): Decoder => ({
    ...{ rows: any(1, 40), features: any(1, 20), vocabulary: any(1, 300), seed },
  }));
  const blocks: readonly Decoder[] = [
    ...[383, 384, 385, 768, 769].map((vocabulary) => ({ rows: 31, features: 5, vocabulary, seed: 6 })),
    { rows: 19, features: 801, vocabulary: 401, seed: 6, scale: 0.1 },
    // Many chunks of rows.
    { rows: 700, features: 24, vocabulary: 6000, seed: 4 },
  ];
  const wide = { rows: 45, features: 12, vocabulary: 1201, seed: 9, scale: 0.3 };
  const few = { rows: 4, features: 3, vocabulary: 41, seed: 3 };
  const shaped: readonly (readonly [string, Decoder])[] = [
    ['in the hundreds', { rows: 9, features: 16, vocabulary: 100, seed: 5, scale: 40 }],
    // Kernels that keep a running largest logit rescale what they have summed.
    ['that grow from word to word', { ...wide, bias: (word) => word / 10 - 60 }],
    ['that fall from word to word', { ...wide, bias: (word) => 60 - word / 10 }],
    ['that leap from block to block', { ...wide, bias: (word) => Math.floor(word / 384) * 40, first: 800 }],
    ['that are next to nothing at first', { ...wide, bias: (word) => (word < 500 ? -1e9 : 0), first: 700 }],
    ['that are next to nothing later', { ...wide, bias: (word) => (word < 500 ? 0 : -1e9), first: 100 }],
    [
      'of words that are impossible at first',
      { ...wide, bias: (word) => (word < 500 ? -Infinity : 0), first: 700 },
    ],
    [
      'of words that are impossible later',
      { ...wide, bias: (word) => (word < 500 ? 0 : -Infinity), first: 100 },
    ],
    ['of which a row is NaN', { ...few, broken: { name: 'hidden', row: 0, by: NaN } }],
    // The first word of a kernel's vectors, one in the middle, and one that fills no vector.
    ...[NaN, Infinity].flatMap((by) =>
      [0, 17, 40].map((row): readonly [string, Decoder] => [
        `of which word ${row} is ${by}`,
        { ...few, broken: { name: 'weight', row, by } },
      ]),
    ),
  ];
  const named = ({ rows, features, vocabulary }: Decoder) =>
    `${rows} rows of ${features} features, ${vocabulary} words`;
  return ways.flatMap((kernels) => [
    ...[...drawn, ...(large && kernels === whole ? blocks : [])].map((decoder): CaseParts => ({
      name: `the tied cross-entropy: ${named(decoder)}`,
      kernels,
      outputs,
      scaled: true,
      compute: () => decoded(decoder),
    })),
    ...shaped.map(([what, decoder]): CaseParts => ({
      name: `the tied cross-entropy of logits ${what}`,
      kernels,
      outputs,
      scaled: true,
      compute: () => decoded(decoder),
    })),
  ]);
}
