import { abs, max, min, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';
import { isFiniteTensor } from '@ulmfit/trainer';

/** The square of a greater weight is no float32: its figures would be NaN, long after. No training comes near. */
const GREATEST = 1e18;

/**
 * Refuses weights and buffers that can't be a trained model's.
 * @param path whose they are, for messages
 * @throws UlmfitError `BAD_WEIGHTS` naming the tensor
 */
export function requireSoundWeights(path: string, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    const fault = faultOf(name, tensor);
    if (fault === undefined) continue;
    throw new UlmfitError(
      'BAD_WEIGHTS',
      `${path}: ${showName(name)} holds ${fault}; copy the model again, or train it again`,
    );
  }
}

function faultOf(name: string, tensor: Tensor): string | undefined {
  if (tensor.dtype !== 'float32' || tensor.size === 0) return undefined;
  if (!isFiniteTensor(tensor)) return 'NaN or an infinity';
  const greatest = tidy(() => max(abs(tensor)).dataSync()[0] ?? 0);
  if (greatest > GREATEST) return `${greatest.toPrecision(3)}, which no training gives`;
  // As BatchNorm's running variances are called.
  if (name.endsWith('.variance') && tidy(() => min(tensor).dataSync()[0] ?? 0) < 0)
    return 'a negative variance';
  return undefined;
}
