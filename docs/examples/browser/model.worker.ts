import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'; // for `explain` alone
import { setBackend } from '@tensorflow/tfjs-core';
import { serveModel } from '@ulmfit/inference/worker';

setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/'); // where you serve its three files
serveModel({ ready: setBackend('wasm') });
