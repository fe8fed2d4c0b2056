import { nearest, brief, UlmfitError } from '@ulmfit/errors';
import type { Recipe } from './recipe.js';

/** Peak learning rates by the name of a stage, or of one of the classifier's fits. */
export type PeakRates = Readonly<Record<string, number>>;

/**
 * A recipe with other peak rates: `{ pretrain: 8e-3, finetune: 4e-3, classify: 1e-2 }`. The classifier has several fits: the rate is
 * that of the highest, and the others keep their proportion to it. One fit alone goes by its own name, such as `all`.
 * @throws UlmfitError `BAD_OPTION` for a name that there isn't or a rate that is not above 0
 * @example
 * const recipe = withRates(presets.small, { pretrain: 8e-3, finetune: 4e-3, classify: 1e-2 });
 */
export function withRates(recipe: Recipe, rates: PeakRates): Recipe {
  const { languageModel, classifier } = recipe;
  const fits = [...classifier.fits, classifier.scratch];
  const known = [
    ...(languageModel.pretrain ? ['pretrain'] : []),
    'finetune',
    'classify',
    ...fits.map(({ name }) => name),
  ];
  for (const [name, rate] of Object.entries(rates)) {
    if (!known.includes(name)) {
      const meant = nearest(name, known);
      const cure = meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
      throw new UlmfitError('BAD_OPTION', `lr: this recipe has no stage ${brief(name)}; ${cure}`);
    }
    if (!(rate > 0 && rate < Infinity)) {
      throw new UlmfitError('BAD_OPTION', `lr: ${name} is ${brief(rate)}; give a rate above 0, such as 4e-3`);
    }
  }
  const { pretrain, finetune, classify } = rates;
  const peak = Math.max(...classifier.fits.map(({ lr }) => lr));
  const scaled = (lr: number, highest: number) => (classify === undefined ? lr : (lr / highest) * classify);
  return {
    ...recipe,
    languageModel: {
      ...languageModel,
      pretrain: languageModel.pretrain && {
        ...languageModel.pretrain,
        lr: pretrain ?? languageModel.pretrain.lr,
      },
      finetune: { ...languageModel.finetune, lr: finetune ?? languageModel.finetune.lr },
    },
    classifier: {
      ...classifier,
      fits: classifier.fits.map((fit) => ({ ...fit, lr: rates[fit.name] ?? scaled(fit.lr, peak) })),
      scratch: {
        ...classifier.scratch,
        lr: rates[classifier.scratch.name] ?? scaled(classifier.scratch.lr, classifier.scratch.lr),
      },
    },
  };
}
