import { executeWithValues, nativeKernel } from '../native/execute.js';

interface EmbeddingAttributes {
  readonly vocabulary: number;
  readonly padIndex: number | undefined;
}

/** The rows of equal id added up, those of padding left out. */
export const embeddingGrad = nativeKernel<EmbeddingAttributes>(
  'UlmfitEmbeddingGrad',
  (backend, input, { vocabulary, padIndex = -1 }) =>
    executeWithValues(
      backend,
      'UlmfitEmbeddingGrad',
      [],
      ['dy', 'ids'].map(input),
      { data: Int32Array.of(vocabulary, padIndex), shape: [2] },
      1,
    ),
);
