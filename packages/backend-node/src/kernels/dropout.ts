import { executeWithValues, nativeKernel } from '../native/execute.js';

/** Mask and product in one pass. The draw's coordinates change from call to call, so they go as an input. */
export const dropout = nativeKernel('UlmfitDropout', (backend, input, attributes) => {
  const { threshold, kept, key, counter, maskShape } = attributes;
  const bits = new Int32Array(Float32Array.of(kept).buffer)[0] ?? 0;
  // The high word is 1 for the one threshold that 32 bits can't hold.
  const draw = Int32Array.of(
    threshold,
    threshold > 0xffffffff ? 1 : 0,
    bits,
    ...key,
    ...counter,
    ...maskShape,
  );
  return executeWithValues(
    backend,
    'UlmfitDropout',
    [],
    [input('x')],
    { data: draw, shape: [draw.length] },
    1,
  );
});
