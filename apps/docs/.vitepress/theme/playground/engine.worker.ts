// The playground's worker: a model, or a training, by the worker's name. One file for both, so that the engine is downloaded once.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setBackend } from '@tensorflow/tfjs-core';
import { serveModel } from '@ulmfit/inference/worker';
import { wasmUrls } from './engine-files.js';
import { serveTraining } from './serve-training.js';

setWasmPaths(wasmUrls);
const ready = setBackend('wasm').then((isThere) => {
  if (!isThere)
    throw new Error(
      'The engine doesn’t start: it needs a browser with WebAssembly and SIMD, and a network the first time.',
    );
});
if (self.name === 'training') serveTraining(ready);
else serveModel({ ready });
