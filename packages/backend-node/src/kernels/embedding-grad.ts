import { executeWithValues, nativeKernel } from '../native/execute.js';

/** The rows of equal id added up, those of padding left out. */
export const embeddingGrad = nativeKernel(
  'UlmfitEmbeddingGrad',
  (backend, input, { vocabulary, padIndex = -1 }) =>
    executeWithValues(
      backend,
      'UlmfitEmbeddingGrad',
      [],
      (['dy', 'ids'] as const).map(input),
      { data: Int32Array.of(vocabulary, padIndex), shape: [2] },
      1,
    ),
);
