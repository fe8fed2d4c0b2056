import { nativeKernel } from '../native/execute.js';

/** `[last, max, mean]` in one pass over the outputs. */
export const concatPooling = nativeKernel('UlmfitConcatPooling', (backend, input) => [
  backend.executeSingleOutput('UlmfitConcatPooling', [], (['output', 'counted', 'last'] as const).map(input)),
]);

/** Its gradient. */
export const concatPoolingGrad = nativeKernel('UlmfitConcatPoolingGrad', (backend, input) => [
  backend.executeSingleOutput(
    'UlmfitConcatPoolingGrad',
    [],
    (['output', 'counted', 'last', 'pooled', 'dy'] as const).map(input),
  ),
]);
