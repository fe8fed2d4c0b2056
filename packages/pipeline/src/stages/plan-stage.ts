import {
  createAwdLstm,
  createClassifier,
  createLanguageModel,
  type AnyEncoder,
  type Architecture,
} from '@ulmfit/awd-lstm';
import type { OptimizerFactory } from '@ulmfit/trainer';
import { classifierTrainer } from './classifier-stage.js';
import { languageModelTrainer } from './language-model-stage.js';
import type { Recipe } from '../recipe/recipe.js';
import { ofRunFits } from './run-fits.js';
import type { ClassifierPlugin, LanguageModelPlugin } from './stage-plugin.js';

interface StagePlan<Plugin> {
  readonly recipe: Recipe;
  /** The one instead of the recipe's AWD-LSTM. */
  readonly architecture?: Architecture | undefined;
  /** Those beside the recipe's. */
  readonly plugins: readonly Plugin[];
  /** The one instead of the recipe's. */
  readonly optimizer?: OptimizerFactory | undefined;
}

/** As many words as the special tokens need. */
const FEW_WORDS = 16;

/** An encoder by which the taps and the groups of any size are known. */
export const plannedEncoder = ({
  recipe,
  architecture,
}: Pick<StagePlan<never>, 'recipe' | 'architecture'>): AnyEncoder =>
  architecture
    ? architecture.create({ ...architecture.sizes, vocabulary: FEW_WORDS })
    : createAwdLstm({ embedding: 1, hidden: 1, layers: recipe.encoder.layers, vocabulary: FEW_WORDS });

/**
 * Makes sure that plugins and an optimizer go with each other and with a stage of a language model. Nothing is trained: stages before
 * it may take hours.
 * @returns the optimizer's name
 * @throws UlmfitError `BAD_PLUGINS`, `BAD_OPTION`, or what the optimizer throws
 */
export function planLanguageModel(
  stage: 'pretrain' | 'finetune',
  plan: StagePlan<LanguageModelPlugin<AnyEncoder>>,
): string {
  const model = createLanguageModel({ encoder: plannedEncoder(plan) });
  try {
    const { trainer, plugins } = languageModelTrainer(model, { ...plan, stage, seed: 0 });
    trainer.explain([...plugins, ...ofRunFits]);
    trainer.dispose();
    return trainer.optimizer.name;
  } finally {
    model.dispose();
  }
}

/**
 * The same of the classifier's stage.
 * @throws UlmfitError `BAD_PLUGINS`, `BAD_OPTION`, or what the optimizer throws
 */
export function planClassifier(plan: StagePlan<ClassifierPlugin<AnyEncoder>>): string {
  const { classifier } = plan.recipe;
  const headLayers = classifier.headLayers.map(() => 1);
  const model = createClassifier({ encoder: plannedEncoder(plan), headLayers, classes: 2 });
  try {
    const { trainer, kept, pluginsOf } = classifierTrainer(model, { ...plan, seed: 0, validates: true });
    for (const fit of [...classifier.fits, classifier.scratch])
      trainer.explain([...pluginsOf(fit).plugins, ...ofRunFits]);
    kept?.dispose();
    trainer.dispose();
    return trainer.optimizer.name;
  } finally {
    model.dispose();
  }
}

/** How many groups a classifier has: the embedding, the encoder's and the head. */
export function classifierGroups(plan: Pick<StagePlan<never>, 'recipe' | 'architecture'>): number {
  if (!plan.architecture) return plan.recipe.encoder.layers + 2;
  const model = createClassifier({ encoder: plannedEncoder(plan), headLayers: [], classes: 2 });
  model.dispose();
  return model.groups.length;
}
