import {
  createAwdLstm,
  encoderJson,
  isAwdLstm,
  type AnyEncoder,
  type Architecture,
  type EncoderJson,
  type LanguageModel,
} from '@ulmfit/awd-lstm';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { encoderSizes } from '../recipe/encoder-sizes.js';
import type { Recipe } from '../recipe/recipe.js';
import { awdLstmSizes, requireMemory, type TrainingSizes } from './require-memory.js';

export interface StageEncoderOptions<E extends AnyEncoder> extends Omit<TrainingSizes, 'encoder' | 'memory'> {
  /** Whose encoder it is, such as `finetune`. */
  readonly what: string;
  readonly recipe: Recipe;
  readonly architecture: Architecture<E> | undefined;
  /** The model that the stage starts from, whose sizes replace all others. */
  readonly from: LanguageModel<E> | undefined;
  readonly seed: number;
}

/**
 * A fresh encoder for a stage's model.
 * @throws UlmfitError `OTHER_ARCHITECTURE`, `TOO_LARGE`, or what the architecture throws
 */
export function stageEncoder<E extends AnyEncoder>(options: StageEncoderOptions<E>): E {
  const { what, recipe, architecture, from, seed, ...reading } = options;
  const { vocabulary } = reading;
  if (!architecture) {
    requireAwdLstm(what, from);
    const sizes = encoderSizes(recipe, from);
    requireMemory(what, { ...awdLstmSizes(sizes, vocabulary), ...reading });
    // Without an architecture E is what it is by default.
    return createAwdLstm({ ...sizes, vocabulary }, { seed }) as AnyEncoder as E;
  }
  if (from && from.encoder.architecture !== architecture.name) {
    throw new UlmfitError(
      'OTHER_ARCHITECTURE',
      `${what}: the model to start from is ${showName(from.encoder.architecture)}, not ${showName(architecture.name)}; use the same architecture for both`,
    );
  }
  const sizes = from ? encoderJson(from.encoder) : architecture.sizes;
  const memory = architecture.memory?.({ ...sizes, vocabulary });
  if (memory) requireMemory(what, { encoder: sizesOf(architecture.name, sizes), memory, ...reading });
  const encoder = architecture.create({ ...sizes, vocabulary }, { seed });
  if (encoder.architecture === architecture.name) return encoder;
  throw new UlmfitError(
    'OTHER_ARCHITECTURE',
    `${what}: the architecture ${showName(architecture.name)} made an encoder named ${showName(encoder.architecture)}; give both the same name`,
  );
}

/** Such as `GRU (features 128, layers 2)`. */
export const sizesOf = (name: string, sizes: EncoderJson): string =>
  `${showName(name)} (${Object.entries(sizes)
    .filter(([key]) => key !== 'vocabulary')
    .map(([key, value]) => `${showName(key)} ${brief(value)}`)
    .join(', ')})`;

/** @throws UlmfitError `OTHER_ARCHITECTURE` */
function requireAwdLstm(
  what: string,
  from: LanguageModel<AnyEncoder> | undefined,
): asserts from is LanguageModel | undefined {
  if (!from || isAwdLstm(from.encoder)) return;
  throw new UlmfitError(
    'OTHER_ARCHITECTURE',
    `${what}: the model to start from is ${showName(from.encoder.architecture)}; pass its { architecture }`,
  );
}
