import { UlmfitError } from '@ulmfit/errors';
import { checkedRecipe } from '../recipe/adjust-recipe.js';
import type { RunSettings } from './run-settings.js';

/**
 * Refuses settings that a new run could not keep, or of which one would never be read.
 * @throws UlmfitError `BAD_RECIPE`, `BAD_OPTION`
 */
export function checkSettings(settings: RunSettings): void {
  checkedRecipe(settings.recipe, 'recipe');
  const { transfer, encoder, pretrained } = settings;
  if (!transfer) refuse(settings, 'transfer: false', ['encoder', 'pretrained', 'corpus']);
  if (encoder !== undefined) refuse(settings, 'encoder', ['pretrained', 'corpus']);
  if (pretrained !== undefined) refuse(settings, 'pretrained', ['corpus']);
}

function refuse(settings: RunSettings, given: string, unread: readonly (keyof RunSettings)[]): void {
  const name = unread.find((name) => settings[name] !== undefined && settings[name] !== null);
  if (name === undefined) return;
  throw new UlmfitError('BAD_OPTION', `run: ${name} is never read with ${given}; leave one of the two out`);
}
