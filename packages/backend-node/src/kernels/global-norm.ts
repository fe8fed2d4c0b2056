import { nativeKernel } from '../native/execute.js';

/** The norm of all tensors in one call. */
export const globalNorm = nativeKernel('UlmfitGlobalNorm', (backend, input, { count }) => [
  backend.executeSingleOutput(
    'UlmfitGlobalNorm',
    [{ name: 'N', type: backend.binding.TF_ATTR_INT, value: count }],
    Array.from({ length: count }, (_, i) => input(`tensor${i}`)),
  ),
]);
