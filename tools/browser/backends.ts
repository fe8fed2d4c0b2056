import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
// Not with tfjs-core itself: who only predicts needs none.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setBackend } from '@tensorflow/tfjs-core';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    backend: string;
  }
}

setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');

/** Takes the backend that these tests are run on, where the browser has it. */
export async function readBackend(): Promise<{ readonly name: string; readonly isThere: boolean }> {
  const name = inject('backend');
  return { name, isThere: await setBackend(name).catch(() => false) };
}
