import { UlmfitError } from '@ulmfit/errors';
import type { Recipe } from './recipe.js';

/**
 * A classifier's fits can't end early where nothing tells how well they do.
 * @throws UlmfitError `BAD_RECIPE`
 */
export function requireValidation({ classifier: { patience } }: Recipe, hasValidation: boolean): void {
  if (patience === null || hasValidation) return;
  throw new UlmfitError(
    'BAD_RECIPE',
    `recipe: classifier.patience is ${patience}, but no texts are held out for validation; hold some out, or set it to null`,
  );
}
