import { UlmfitError } from '@ulmfit/errors';
import type { LanguageModelFit, Recipe } from './recipe.js';

/**
 * The recipe's pretraining.
 * @param wanted what asks for it, for the message
 * @throws UlmfitError `NO_PRETRAINING` when the recipe has none
 */
export function requirePretraining(
  { languageModel: { pretrain } }: Recipe,
  wanted: string,
): LanguageModelFit {
  if (pretrain) return pretrain;
  throw new UlmfitError(
    'NO_PRETRAINING',
    `${wanted}: this recipe starts from scratch on the task's texts (its languageModel.pretrain is null); leave ${wanted} out, or choose another preset or recipe`,
  );
}
