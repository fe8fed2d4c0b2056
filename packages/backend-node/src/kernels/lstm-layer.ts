import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { FastKernelInputs } from '@ulmfit/kernels';
import { executeWithValues, nativeKernel } from '../native/execute.js';
import { int8Weight } from './int8-weight.js';
import { TILED_ROWS } from './lstm-inference.js';
import { narrowAttribute } from '../native/precision-attribute.js';
import { precision } from '../native/precision.js';
import type { TensorFlowBackend } from '../tensorflow-backend.js';

/** From how many units on weights are read as whole numbers: smaller ones the first cache holds as they are. */
const LEAST_INT8 = 64;

/**
 * A whole layer over a window in one call: the input's product too. Without a gradient, one of an int8 model is computed in whole
 * numbers, and few rows of others are left alone: the product is TensorFlow's then, and what is left `UlmfitLstmInference`.
 */
export const lstmLayer = nativeKernel('UlmfitLstmLayer', (backend, input, { needsGradient }) => {
  const [batch = 0, hidden = 0] = input('h').shape;
  if (!needsGradient) {
    const few = batch < TILED_ROWS;
    // In any batch, so that a text's result doesn't depend on it, but for bfloat16, which is coarser by far.
    if (hidden >= LEAST_INT8 && (few || precision() === 'float32')) {
      const made = int8Layer(backend, input);
      if (made) return made;
    }
    if (few) return [];
  }
  return executeWithValues(
    backend,
    'UlmfitLstmLayer',
    narrowAttribute(backend),
    (['x', 'weightIh', 'weightHh', 'biasIh', 'biasHh', 'h', 'c'] as const).map(input),
    { data: Int32Array.of(Number(needsGradient)), shape: [1] },
    5,
  );
});

function int8Layer(
  backend: TensorFlowBackend,
  input: (name: keyof FastKernelInputs<'UlmfitLstmLayer'> & string) => TensorInfo,
): Tensor[] | undefined {
  const weightIh = int8Weight(input('weightIh'), backend);
  const weightHh = weightIh === undefined ? undefined : int8Weight(input('weightHh'), backend);
  if (weightIh === undefined || weightHh === undefined) return undefined;
  const ids = backend.getInputTensorIds((['x', 'biasIh', 'biasHh', 'h', 'c'] as const).map(input));
  return backend.binding
    .executeOp('UlmfitLstmLayerInt8', [], [...ids, weightIh, weightHh], 3)
    .map((made) => backend.createOutputTensor(made));
}

/** Its gradients with respect to the input, the weights and either bias. */
export const lstmLayerGrad = nativeKernel(
  'UlmfitLstmLayerGrad',
  (backend, input, { input: ofInput, weights }) =>
    executeWithValues(
      backend,
      'UlmfitLstmLayerGrad',
      narrowAttribute(backend),
      (['dOutput', 'gates', 'cells', 'c', 'weightHh', 'x', 'weightIh', 'h', 'output'] as const).map(input),
      {
        data: Int32Array.of(Number(ofInput) + 2 * Number(weights)),
        shape: [1],
      },
      4,
    ),
);
