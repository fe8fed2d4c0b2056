import type { Architecture, EncoderJson } from '@ulmfit/awd-lstm';
import { brief, UlmfitError } from '@ulmfit/errors';
import { createGru, type GruEncoder } from './gru.js';

export interface GruSizes {
  /** Features of the embedding and units of every layer. Default 400. */
  readonly features?: number;
  /** Default 2. */
  readonly layers?: number;
}

/**
 * GRU for stages, runs and bundles, which make their encoder when they know the vocabulary.
 * @example
 * await run({ folder, task, recipe, architecture: gru({ features: 200 }) });
 * const classifier = await loadClassifier(folder, { architectures: [gru()] });
 */
export const gru = ({ features = 400, layers = 2 }: GruSizes = {}): Architecture<GruEncoder> => ({
  name: 'GRU',
  sizes: { features, layers },
  create: (config, options) =>
    createGru(
      {
        vocabulary: config.vocabulary,
        features: sizeIn(config, 'features'),
        layers: sizeIn(config, 'layers'),
      },
      options,
    ),
  // Before any of it is taken; without this method, no run knows.
  memory: (config) => {
    const [size, count] = [sizeIn(config, 'features'), sizeIn(config, 'layers')];
    return {
      parameters: config.vocabulary * size + count * (6 * size * size + 6 * size),
      perToken: size + 4 * count * size, // three gates and the output of each layer
    };
  },
});

/** A bundle's sizes may be a stranger's. */
function sizeIn(config: EncoderJson, name: string): number {
  const size = config[name];
  if (typeof size === 'number') return size;
  throw new UlmfitError('BAD_CONFIG', `GRU: ${name} is ${brief(size)}; it must be a number`);
}
