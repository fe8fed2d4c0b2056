import type {
  ActivationTaps,
  AwdLstmEncoder,
  ClassifierInput,
  ClassifierOutput,
  ClassifierTaps,
  LanguageModelInput,
  LanguageModelOutput,
  LanguageModelTaps,
  TapsOf,
} from '@ulmfit/awd-lstm';
import type { PluginList, TrainingPlugin } from '@ulmfit/trainer';

/** A plugin of the language-model stages: it may see their batches, their outputs and the taps of `createLanguageModel`. */
export type LanguageModelPlugin<E = AwdLstmEncoder> = TrainingPlugin<
  LanguageModelInput,
  LanguageModelOutput,
  LanguageModelTaps<E>
>;

/** A plugin of the classifier's stage: it may see its batches, its outputs and the taps of `createClassifier`. */
export type ClassifierPlugin<E = AwdLstmEncoder> = TrainingPlugin<
  ClassifierInput,
  ClassifierOutput,
  ClassifierTaps<E>
>;

/** A plugin of any stage: of taps it may have those that both models have, such as `hidden`, `raw` and `dropped`. */
export type AnyStagePlugin<E = AwdLstmEncoder> = TrainingPlugin<
  LanguageModelInput | ClassifierInput,
  LanguageModelOutput | ClassifierOutput,
  TapsOf<E> & ActivationTaps
>;

/** Plugins of the language-model stages: also lists of them, and nothing where a condition fails. */
export type LanguageModelPlugins<E = AwdLstmEncoder> = PluginList<
  LanguageModelInput,
  LanguageModelOutput,
  LanguageModelTaps<E>
>;

/** Plugins of the classifier's stage: also lists of them, and nothing where a condition fails. */
export type ClassifierPlugins<E = AwdLstmEncoder> = PluginList<
  ClassifierInput,
  ClassifierOutput,
  ClassifierTaps<E>
>;

/** Plugins of any stage: also lists of them, and nothing where a condition fails. */
export type AnyStagePlugins<E = AwdLstmEncoder> = PluginList<
  LanguageModelInput | ClassifierInput,
  LanguageModelOutput | ClassifierOutput,
  TapsOf<E> & ActivationTaps
>;
