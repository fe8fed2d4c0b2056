import { executeWithValues, nativeKernel } from '../native/execute.js';
import { TILED_ROWS } from './lstm-inference.js';
import { narrowAttribute } from '../native/precision-attribute.js';

/**
 * A whole layer over a window in one call: the input's product too. Leaves alone what another op does better: few rows
 * without a gradient.
 */
export const lstmLayer = nativeKernel('UlmfitLstmLayer', (backend, input, { needsGradient }) => {
  const few = !needsGradient && (input('h').shape[0] ?? 0) < TILED_ROWS;
  if (few) return [];
  return executeWithValues(
    backend,
    'UlmfitLstmLayer',
    narrowAttribute(backend),
    (['x', 'weightIh', 'weightHh', 'biasIh', 'biasHh', 'h', 'c'] as const).map(input),
    { data: Int32Array.of(Number(needsGradient)), shape: [1] },
    5,
  );
});

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
