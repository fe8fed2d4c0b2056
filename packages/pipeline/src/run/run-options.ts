import type { AnyEncoder, Architecture, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import type { Collective, OptimizerFactory, TrainingPlugin } from '@ulmfit/trainer';
import type { OptimizerByStage } from './optimizer-by-stage.js';
import type { MadePlugins, PluginsByStage } from './plugins-by-stage.js';
import type { Recipe } from '../recipe/recipe.js';
import type { RunEngine } from './run-engine.js';
import type { StageName } from './stage-name.js';
import type { StageEvent } from '../stage-event.js';
import type { AnyStagePlugins } from '../stages/stage-plugin.js';

/** What {@link run} is given. */
export interface RunOptions<E extends AnyEncoder = AwdLstmEncoder> {
  /** Where everything is kept. */
  readonly folder: string;
  /** What there is to learn: `fileTask` of `@ulmfit/data-files`, `imdbTask` of `@ulmfit/data-imdb`, or one of your own. */
  readonly task?: ClassificationTask | undefined;
  /** All settings of the stages: one of `presets`, or yours by `adjustRecipe`. */
  readonly recipe: Recipe;
  /** The stages to run, each from what the ones before it left. Default: all. */
  readonly stages?: readonly StageName[] | undefined;
  /** General text to pretrain on. Without it and without `pretrained` there is no pretraining. */
  readonly corpus?: TextSource | undefined;
  /**
   * A language model to start from instead of pretraining: a bundle, a package that holds one, or `en` for that of `@ulmfit/pretrained-en`, or a
   * fastai `.pth`.
   */
  readonly pretrained?: string | undefined;
  /** A run or bundle whose fine-tuned language model the classifier starts from. */
  readonly encoder?: string | undefined;
  /**
   * What the encoder is, with its sizes, instead of the recipe's AWD-LSTM, such as `gru({ features: 128 })`. Of the recipe's
   * dropouts and activation terms it has those whose taps it has. The run keeps its name and its sizes, and is resumed with the
   * same one alone.
   */
  readonly architecture?: Architecture<E> | undefined;
  /** Whether every text is read from its end. Default false. */
  readonly backwards?: boolean | undefined;
  /** Whether the classifier starts from the fine-tuned language model. Default true. */
  readonly transfer?: boolean | undefined;
  /**
   * Whether the plain linear baseline (TF-IDF with logistic regression) is trained too, seconds' work, and blended with the
   * neural model by a weight that the validation texts choose. Default true.
   */
  readonly linear?: boolean | undefined;
  /** The one source of all randomness; an integer from 0 to 2^32 - 1. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Parts that the rows of each batch are cut into, which several processes may share: a power of two. Another number ends with other
   * bits. Default 1.
   */
  readonly slices?: number | undefined;
  /** The processes that train this together, each by the same call; of `@ulmfit/distributed`. */
  readonly collective?: Collective | undefined;
  /** What computes, as `useBackend` tells it: kept with the run, which is not resumed on another one. */
  readonly engine?: RunEngine | undefined;
  /** Seconds between checkpoints within an epoch; each epoch's end is saved anyway. Default 300. */
  readonly saveEvery?: number | undefined;
  /** Threads that tokenize; default one a core, 8 at most. The result is the same with any number. */
  readonly workers?: number | undefined;
  /** Whether tokens are kept in the user's cache folder for the next time. Default true, unless `ULMFIT_TOKEN_CACHE` is 0. */
  readonly tokenCache?: boolean | undefined;
  /** So many of the most confident mistakes are explained word by word, which the report shows in colours. Default 0: it takes seconds each. */
  readonly explainMistakes?: number | undefined;
  /**
   * Plugins beside the recipe's: a list for all stages, or by stage, `{ all: [...], classify: [...] }`. Functions instead of
   * lists make plugins for each stage, which one with a state needs. The run keeps their names, and is resumed with the same
   * ones alone.
   */
  readonly plugins?: MadePlugins<AnyStagePlugins<E>> | PluginsByStage<E> | undefined;
  /**
   * What updates the weights instead of the recipe's Adam, whose settings are then not read: for all stages, or by stage,
   * `{ pretrain: sgd() }`. The peak rates stay the recipe's.
   */
  readonly optimizer?: OptimizerFactory | OptimizerByStage | undefined;
  /** Plugins of every stage that only look on, such as `tensorBoard`: a run that is resumed may have others. They keep no state. */
  readonly observers?: readonly TrainingPlugin[] | undefined;
  /** Whether to warn of a loss or a gradient that is suddenly far larger than before. Default false. */
  readonly warnOfSpikes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: StageEvent) => void) | undefined;
}
