import type { LanguageModel } from '@ulmfit/awd-lstm';
import type { Recipe } from './recipe.js';

/** A model that starts from another has its sizes, else those of the recipe. */
export function encoderSizes(recipe: Recipe, from: LanguageModel | undefined): Recipe['encoder'] {
  const { embedding, hidden, layers } = from?.encoder.config ?? recipe.encoder;
  return { embedding, hidden, layers };
}
