import { engine } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';

/**
 * TensorFlow.js computes on a backend, which has to be imported.
 * @throws UlmfitError `NO_BACKEND` where none is
 * @example
 * requireBackend(); // says which import is missing, where no backend is registered
 */
export function requireBackend(): void {
  if (engine().backendNames().length > 0) return;
  throw new UlmfitError(
    'NO_BACKEND',
    "TensorFlow.js has no backend here: import '@tensorflow/tfjs', or call useBackend() of @ulmfit/backend-node first",
  );
}
