import { executeWithValues, nativeKernel } from '../native/execute.js';
import { TILED_ROWS } from './lstm-inference.js';
import { narrowAttribute } from '../native/precision-attribute.js';

interface LayerAttributes {
  readonly needsGradient: boolean;
}

/**
 * A whole layer over a window in one call: the input's product too. Leaves alone what another op does better: few rows
 * without a gradient.
 */
export const lstmLayer = nativeKernel<LayerAttributes>(
  'UlmfitLstmLayer',
  (backend, input, { needsGradient }) => {
    const few = !needsGradient && (input('h').shape[0] ?? 0) < TILED_ROWS;
    if (few) return [];
    return executeWithValues(
      backend,
      'UlmfitLstmLayer',
      narrowAttribute(backend),
      ['x', 'weightIh', 'weightHh', 'biasIh', 'biasHh', 'h', 'c'].map(input),
      { data: Int32Array.of(Number(needsGradient)), shape: [1] },
      5,
    );
  },
);

interface GradientAttributes {
  readonly input: boolean;
  readonly weights: boolean;
}

/** Its gradients with respect to the input, the weights and either bias. */
export const lstmLayerGrad = nativeKernel<GradientAttributes>(
  'UlmfitLstmLayerGrad',
  (backend, input, { input: ofInput, weights }) =>
    executeWithValues(
      backend,
      'UlmfitLstmLayerGrad',
      narrowAttribute(backend),
      ['dOutput', 'gates', 'cells', 'c', 'weightHh', 'x', 'weightIh', 'h', 'output'].map(input),
      {
        data: Int32Array.of(Number(ofInput) + 2 * Number(weights)),
        shape: [1],
      },
      4,
    ),
);
