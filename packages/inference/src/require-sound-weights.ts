import type { Tensor } from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';

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

/** In plain JavaScript: a graphics card would have to be given all of them, and read again at once. */
function faultOf(name: string, tensor: Tensor): string | undefined {
  if (tensor.dtype !== 'float32') return undefined;
  let [least, greatest] = [0, 0];
  for (const value of tensor.dataSync<'float32'>()) {
    if (!Number.isFinite(value)) return 'NaN or an infinity';
    if (value > greatest) greatest = value;
    else if (value < least) least = value;
  }
  const most = Math.max(greatest, -least);
  if (most > GREATEST) return `${most.toPrecision(3)}, which no training gives`;
  // As BatchNorm's running variances are called.
  return name.endsWith('.variance') && least < 0 ? 'a negative variance' : undefined;
}
