import type { EncoderJson } from '@ulmfit/awd-lstm';
import type { TaskSetting } from '@ulmfit/text';
import type { Json } from '@ulmfit/trainer';
import type { Recipe } from '../recipe/recipe.js';
import type { TrainedStage } from './stage-name.js';

/** What a run is: with the same settings in the same folder it resumes, and ends with the same weights. */
export interface RunSettings {
  /** The settings of the task; null in a run that has none, such as one that only pretrains. */
  readonly task: Readonly<Record<string, TaskSetting>> | null;
  /** Those of the general text to pretrain on; null without pretraining. */
  readonly corpus: Readonly<Record<string, TaskSetting>> | null;
  /** A language model to start from instead of pretraining: a bundle's folder, or a fastai `.pth`. */
  readonly pretrained?: string | undefined;
  /** A run or bundle whose fine-tuned language model the classifier starts from. */
  readonly encoder?: string | undefined;
  /** What the encoder is, where it is none of the recipe's: its name and its sizes. */
  readonly architecture?: { readonly name: string; readonly sizes: EncoderJson } | undefined;
  readonly backwards: boolean;
  /** Whether the classifier starts from the fine-tuned language model. */
  readonly transfer: boolean;
  /** Whether the plain linear baseline is trained too, and blended with the neural model where that helps. */
  readonly linear: boolean;
  readonly seed: number;
  /** Parts that the rows of each batch are cut into, where there are several. */
  readonly slices?: number | undefined;
  readonly recipe: Recipe;
  /** The plugins beside the recipe's, of each stage that has some. */
  readonly plugins: Readonly<Partial<Record<TrainedStage, readonly PluginSettings[]>>>;
  /** The optimizer of each stage that has another than the recipe's: its name and its base values. */
  readonly optimizer: Readonly<Partial<Record<TrainedStage, OptimizerSettings>>>;
}

/** A plugin: its name, and what it was made with where it tells. */
export type PluginSettings = string | { readonly name: string; readonly settings: Json };

export interface OptimizerSettings {
  readonly name: string;
  readonly defaults: Readonly<Record<string, number>>;
}

/** Settings as `config.json` keeps them. The cast: they are JSON, but an interface with optional fields doesn't show it. */
export const settingsToJson = (settings: RunSettings): Json => settings as unknown as Json;
