import type { ClassifierRecipe } from '../recipe/recipe.js';

/** What tells the best epoch, by a recipe's `keepBest`: without one the loss. */
export function watchedFigure(keepBest: ClassifierRecipe['keepBest']) {
  const watch = keepBest === 'none' ? 'loss' : keepBest;
  return { watch, better: watch === 'loss' ? 'less' : 'more' } as const;
}
