import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { executeWithValues, nativeKernel } from '../native/execute.js';
import { multipliesInTiles, narrowAttribute } from '../native/precision-attribute.js';
import { precision } from '../native/precision.js';
import type { OpAttribute, TensorFlowBackend } from '../tensorflow-backend.js';

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether there is an input `bias`. */
  readonly biased: boolean;
}

type Transposed = Pick<ProductAttributes, 'transposeA' | 'transposeB'>;

/** TensorFlow's number of a type that tfjs has no name for. */
const TF_BFLOAT16 = 14;

/**
 * In float32 TensorFlow's `MatMul`, but with a bias an op of ours. In bfloat16 that op too, which needs no narrow copies
 * and gives unrounded sums; but on processors with tiles (AMX) TensorFlow's, several times as fast.
 */
export const product = nativeKernel<ProductAttributes>('UlmfitProduct', (backend, input, attributes) => {
  const [a, b] = [input('a'), input('b')];
  if (attributes.biased)
    return multipliesInTiles() ? [] : [ownProduct(backend, [a, b, input('bias')], attributes)];
  if (precision() === 'float32') return [wideProduct(backend, a, b, attributes)];
  if (multipliesInTiles()) return [tiledProduct(backend, a, b, attributes)];
  return [ownProduct(backend, [a, b], attributes)];
});

function ownProduct(
  backend: TensorFlowBackend,
  inputs: readonly TensorInfo[],
  { transposeA, transposeB, biased }: ProductAttributes,
): Tensor {
  const { TF_ATTR_INT } = backend.binding;
  const [made] = executeWithValues(
    backend,
    'UlmfitProduct',
    [...narrowAttribute(backend), { name: 'N', type: TF_ATTR_INT, value: Number(biased) }],
    inputs,
    { data: Int32Array.of(Number(transposeA), Number(transposeB)), shape: [2] },
    1,
  );
  return made as Tensor;
}

function wideProduct(
  backend: TensorFlowBackend,
  a: TensorInfo,
  b: TensorInfo,
  attributes: Transposed,
): Tensor {
  return backend.executeSingleOutput(
    'MatMul',
    matMulAttributes(backend, attributes, backend.binding.TF_FLOAT),
    [a, b],
  );
}

/** `MatMul` of the factors rounded to bfloat16; the binding passes tensors on whatever their type. */
export function tiledProduct(
  backend: TensorFlowBackend,
  a: TensorInfo,
  b: TensorInfo,
  attributes: Transposed,
): Tensor {
  const { binding } = backend;
  const made: number[] = [];
  const run = (name: string, opAttributes: readonly OpAttribute[], ids: readonly number[]) => {
    const [result] = binding.executeOp(name, opAttributes, ids, 1);
    return result as NonNullable<typeof result>;
  };
  const cast = (id: number, from: number, to: number) =>
    run(
      'Cast',
      [
        { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
        { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
        { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
      ],
      [id],
    );
  try {
    const narrow = backend.getInputTensorIds([a, b]).map((id) => {
      const { id: cast16 } = cast(id, binding.TF_FLOAT, TF_BFLOAT16);
      made.push(cast16);
      return cast16;
    });
    const { id } = run('MatMul', matMulAttributes(backend, attributes, TF_BFLOAT16), narrow);
    made.push(id);
    return backend.createOutputTensor(cast(id, TF_BFLOAT16, binding.TF_FLOAT));
  } finally {
    for (const id of made) binding.deleteTensor(id);
  }
}

function matMulAttributes(
  { binding }: TensorFlowBackend,
  { transposeA, transposeB }: Transposed,
  type: number,
): OpAttribute[] {
  return [
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: transposeA },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: transposeB },
    { name: 'T', type: binding.TF_ATTR_TYPE, value: type },
  ];
}
