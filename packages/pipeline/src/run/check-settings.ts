import { UlmfitError } from '@ulmfit/errors';
import { checkedRecipe } from '../recipe/adjust-recipe.js';
import type { RunSettings } from './run-settings.js';

/**
 * Refuses settings that a new run could not keep, or of which one would never be read.
 * @throws UlmfitError `BAD_RECIPE`, `BAD_OPTION`
 */
export function checkSettings(settings: RunSettings): void {
  checkedRecipe(settings.recipe, 'recipe');
  const { transfer, encoder, pretrained, slices = 1, recipe } = settings;
  if (slices > 1 && (recipe.classifier.semiSupervised?.texts ?? 0) > 0)
    throw new UlmfitError(
      'BAD_RECIPE',
      `recipe: classifier.semiSupervised with unlabelled texts needs one slice, and this run has ${slices}; leave those texts out, or use --slices 1`,
    );
  if (!transfer) refuse(settings, 'transfer: false', ['encoder', 'pretrained', 'corpus']);
  if (encoder !== undefined) refuse(settings, 'encoder', ['pretrained', 'corpus']);
  if (pretrained !== undefined) refuse(settings, 'pretrained', ['corpus']);
}

function refuse(settings: RunSettings, given: string, unread: readonly (keyof RunSettings)[]): void {
  const name = unread.find((name) => settings[name] !== undefined && settings[name] !== null);
  if (name === undefined) return;
  throw new UlmfitError('BAD_OPTION', `run: ${name} has no effect with ${given}; leave one of the two out`);
}
