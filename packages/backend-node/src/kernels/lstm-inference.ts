import { nativeKernel } from '../native/execute.js';
import { narrowAttribute } from '../native/precision-attribute.js';

/** From how many rows on laying the weight out for a tile of registers pays. */
export const TILED_ROWS = 5;

/** All time steps of an LSTM layer for few rows and without a gradient; more rows are left to others. */
export const lstmInference = nativeKernel('UlmfitLstmInference', (backend, input) => {
  const batch = input('h').shape[0] ?? 0;
  if (batch >= TILED_ROWS) return [];
  return backend.executeMultipleOutputs(
    'UlmfitLstmInference',
    narrowAttribute(backend),
    (['z', 'biasIh', 'biasHh', 'weightHh', 'h', 'c'] as const).map(input),
    2,
  );
});
