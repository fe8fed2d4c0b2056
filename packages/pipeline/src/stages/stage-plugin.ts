import type {
  ActivationTaps,
  ClassifierInput,
  ClassifierOutput,
  ClassifierTaps,
  EncoderTaps,
  LanguageModelInput,
  LanguageModelOutput,
  LanguageModelTaps,
} from '@ulmfit/awd-lstm';
import type { PluginList, TrainingPlugin } from '@ulmfit/trainer';

/** A plugin of the language-model stages: it may see their batches, their outputs and the taps of `createLanguageModel`. */
export type LanguageModelPlugin = TrainingPlugin<LanguageModelInput, LanguageModelOutput, LanguageModelTaps>;

/** A plugin of the classifier's stage: it may see its batches, its outputs and the taps of `createClassifier`. */
export type ClassifierPlugin = TrainingPlugin<ClassifierInput, ClassifierOutput, ClassifierTaps>;

/** A plugin of any stage: of taps it may have those that both models have, such as `hidden`, `raw` and `dropped`. */
export type AnyStagePlugin = TrainingPlugin<
  LanguageModelInput | ClassifierInput,
  LanguageModelOutput | ClassifierOutput,
  EncoderTaps & ActivationTaps
>;

/** Plugins of the language-model stages: also lists of them, and nothing where a condition fails. */
export type LanguageModelPlugins = PluginList<LanguageModelInput, LanguageModelOutput, LanguageModelTaps>;

/** Plugins of the classifier's stage: also lists of them, and nothing where a condition fails. */
export type ClassifierPlugins = PluginList<ClassifierInput, ClassifierOutput, ClassifierTaps>;

/** Plugins of any stage: also lists of them, and nothing where a condition fails. */
export type AnyStagePlugins = PluginList<
  LanguageModelInput | ClassifierInput,
  LanguageModelOutput | ClassifierOutput,
  EncoderTaps & ActivationTaps
>;
