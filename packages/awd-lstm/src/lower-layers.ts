import { concat, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { ForwardPass } from '@ulmfit/trainer';
import { changedPass } from './changed-pass.js';
import type { AnyEncoder } from './encoder.js';

/** What a classifier pools: the output of the last layer, or the looked-up words and the output of every layer. */
export type Pooling = 'last-layer' | 'all-layers';

/**
 * How many features are pooled over the steps of a document.
 * @throws UlmfitError `BAD_CONFIG` for an encoder that does not tell its layers
 */
export function pooledStates(
  { architecture, features, lowerFeatures }: AnyEncoder,
  pooling: Pooling,
): number {
  if (pooling === 'last-layer') return features;
  if (lowerFeatures) return lowerFeatures.reduce((sum, each) => sum + each, features);
  throw new UlmfitError(
    'BAD_CONFIG',
    `classifier: pooling is all-layers, but ${architecture} does not describe its layers; use last-layer, or give the encoder lowerFeatures`,
  );
}

/** A pass that adds what passes the taps below the output to a list, as plugins have left it. */
export const watchingLayers = <Taps>(pass: ForwardPass<Taps>, seen: Tensor3D[]): ForwardPass<Taps> =>
  changedPass(pass, {
    tap: (name, x, context, options) => {
      const passed = pass.tap(name, x, context, options);
      if (name === 'embedding' || name === 'hidden') seen.push(passed as Tensor as Tensor3D);
      return passed;
    },
  });

/**
 * Puts the layers of a window side by side, `[time, batch, features of all]`.
 * @throws UlmfitError `BAD_SHAPE` where they are not those that the encoder tells of
 */
export function layersSideBySide(
  { architecture, lowerFeatures = [] }: AnyEncoder,
  lower: readonly Tensor3D[],
  output?: Tensor3D,
): Tensor3D {
  const found = lower.map(({ shape }) => shape[2]);
  if (found.join() !== lowerFeatures.join()) {
    throw new UlmfitError(
      'BAD_SHAPE',
      `${architecture}: [${found.join(', ')}] features pass its taps embedding and hidden, but lowerFeatures says [${lowerFeatures.join(', ')}]; correct that`,
    );
  }
  return concat([...lower, ...(output ? [output] : [])], 2);
}
