import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { FastKernelAttributes } from '@ulmfit/kernels';
import { executeWithValues, nativeKernel } from '../native/execute.js';
import { narrowAttribute } from '../native/precision-attribute.js';
import { precision } from '../native/precision.js';
import type { TensorFlowBackend } from '../tensorflow-backend.js';

type ProductAttributes = FastKernelAttributes<'UlmfitProduct'>;
type Transposed = Pick<ProductAttributes, 'transposeA' | 'transposeB'>;

/**
 * In float32 TensorFlow's `MatMul`, but with a bias an op of ours. In bfloat16 that op too, which needs no narrow copies
 * and gives unrounded sums.
 */
export const product = nativeKernel('UlmfitProduct', (backend, input, attributes) => {
  const [a, b] = [input('a'), input('b')];
  if (attributes.biased) return [ownProduct(backend, [a, b, input('bias')], attributes)];
  if (precision() === 'float32') return [wideProduct(backend, a, b, attributes)];
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
  { transposeA, transposeB }: Transposed,
): Tensor {
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  return backend.executeSingleOutput(
    'MatMul',
    [
      { name: 'transpose_a', type: TF_ATTR_BOOL, value: transposeA },
      { name: 'transpose_b', type: TF_ATTR_BOOL, value: transposeB },
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ],
    [a, b],
  );
}
