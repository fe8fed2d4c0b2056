import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setBackend } from '@tensorflow/tfjs-core';
import { serveModel } from './index.js';

setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
serveModel({ ready: setBackend('wasm') });
