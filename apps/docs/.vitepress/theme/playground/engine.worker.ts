// The playground's worker: a model, or a training, by the worker's name. One file for both, so that the engine is downloaded once.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setBackend } from '@tensorflow/tfjs-core';
import { serveModel } from '@ulmfit/inference/worker';

// Without SIMD or with threads the same address fails, and the page says so: every browser since 2023 has SIMD.
setWasmPaths({
  'tfjs-backend-wasm.wasm': simd,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
});
serveModel({ ready: setBackend('wasm') });
