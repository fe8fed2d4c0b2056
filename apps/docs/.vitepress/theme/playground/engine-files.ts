import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

/**
 * Where TensorFlow.js finds its engine. One file for all three of them: that without SIMD is for browsers from before 2021, and the one
 * with threads for pages that are isolated, which this one isn't.
 */
export const wasmUrls = {
  'tfjs-backend-wasm.wasm': simd,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
};
