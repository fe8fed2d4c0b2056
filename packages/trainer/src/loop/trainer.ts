import { requireSeed } from '@ulmfit/kernels';
import { checkPlugins, requirePlugin } from '../plugin/check-plugins.js';
import { evaluateSlices, type EvaluateOptions } from './evaluate.js';
import { explain } from '../plugin/explain.js';
import { checkFitOptions, Fit, type FitHost, type FitOptions, type FitResult } from './fit.js';
import { evaluationWeights, withWeights } from './evaluation-weights.js';
import type { Loader } from './loader.js';
import { checkMetrics, type Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import { requireOptimizer, type Optimizer, type OptimizerFactory } from '../model/optimizer.js';
import { parameterGroups, type ParameterGroups } from '../model/parameter-groups.js';
import { orderPlugins } from '../plugin/plugin-order.js';
import { flatPlugins, type PluginList } from '../plugin/plugin-list.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import { requireSlices, type SlicesOptions } from '../ranks/slices.js';
import type { StateDict } from '../state/stateful.js';
import { TrainingState } from './training-state.js';
import type { EpochRecord } from '../plugin/training-context.js';

export interface TrainerOptions<Batch, Output, Taps, O extends Optimizer> extends SlicesOptions {
  readonly model: Model<Batch, Output, Taps>;
  readonly optimizer: OptimizerFactory<O>;
  /** Plugins of every fit. */
  readonly plugins?: PluginList<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>;
  readonly metrics?: readonly Metric<NoInfer<Batch>, NoInfer<Output>>[];
  /** The one source of all randomness; an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

/**
 * Makes a trainer for a model. The caller keeps the model; the trainer owns the optimizer's state.
 * @throws UlmfitError `BAD_OPTION`, `BAD_SEED`, `BAD_PLUGINS`, `BAD_GROUPS`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [earlyStopping({ patience: 2 })], seed: 1 });
 * const { end, history } = await trainer.fit({ stage: 'all', train, validate, epochs: 3, lr: 1e-2 });
 * console.log(end, history.at(-1)?.values);
 */
export function createTrainer<Batch, Output, Taps, O extends Optimizer>(
  options: TrainerOptions<Batch, Output, Taps, O>,
): Trainer<Batch, Output, Taps, O> {
  return new Trainer(options);
}

/**
 * Trains a model in fits, one after the other, with one optimizer and one history; {@link createTrainer} makes one.
 * @example
 * console.log(trainer.explain([])); // event by event, what runs
 * const state = trainer.stateDict();
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2 });
 * trainer.loadStateDict(state);
 */
export class Trainer<Batch, Output, Taps, O extends Optimizer = Optimizer> {
  readonly model: Model<Batch, Output, Taps>;
  readonly groups: ParameterGroups;
  readonly optimizer: O;
  readonly seed: number;
  readonly #plugins: readonly TrainingPlugin<Batch, Output, Taps>[];
  readonly #metrics: readonly Metric<Batch, Output>[];
  readonly #state: TrainingState;
  readonly #host: FitHost<Batch, Output, Taps>;
  constructor(options: TrainerOptions<Batch, Output, Taps, O>) {
    this.model = options.model;
    this.groups = parameterGroups(options.model.groups);
    this.#plugins = flatPlugins(options.plugins ?? []);
    this.#metrics = options.metrics ?? [];
    checkMetrics(this.#metrics);
    this.seed = options.seed ?? 0;
    requireSeed(this.seed);
    this.#order([]);
    requireOptimizer(options.optimizer, 'trainer: optimizer');
    this.groups.setBase(options.optimizer.defaults);
    this.optimizer = options.optimizer.create(this.groups);
    const { model, groups, optimizer, seed } = this;
    const parts = { model, groups, optimizer, seed };
    this.#state = new TrainingState(parts);
    this.#host = { ...parts, metrics: this.#metrics, state: this.#state, slices: requireSlices(options) };
  }

  /** One record an epoch, of all fits. */
  get history(): readonly EpochRecord[] {
    return this.#state.history;
  }

  /**
   * Trains. After `loadStateDict` of a state that was saved within a fit, the fit of the same stage goes on from there.
   * @throws UlmfitError `BAD_PLUGINS`, `BAD_FIT`, `NO_BATCHES`, `STATE_MISMATCH`, `NOTHING_TO_TRAIN`, `BAD_RATE`,
   *   `BAD_REWRITE`, `UNKNOWN_GROUP`, `NO_GRADIENTS`, `NOT_FINITE`; the weights are those of the last step that was whole.
   */
  async fit(options: FitOptions<Batch, Output, Taps>): Promise<FitResult> {
    checkFitOptions(options);
    const plugins = this.#order(options.plugins ?? []);
    return new Fit(this.#host, options, plugins).run(this.#state.pendingFit(options.stage));
  }

  /** The stage of the fit that a loaded state was saved within, until that fit goes on. */
  get pendingStage(): string | undefined {
    return this.#state.pendingStage;
  }

  /** The mean loss and the metrics over a loader, with the evaluation weights of a plugin or the optimizer. */
  async evaluate(
    loader: Loader<Batch>,
    options: EvaluateOptions<Batch, Output> = {},
  ): Promise<Record<string, number> | undefined> {
    const metrics = options.metrics ?? this.#metrics;
    return this.withEvaluationWeights(() =>
      evaluateSlices(this.model, loader, { ...options, metrics }, this.#host.slices),
    );
  }

  /** Swaps the evaluation weights in around `body`, such as an export; the trained ones come back after. */
  async withEvaluationWeights<R>(body: () => R | Promise<R>): Promise<R> {
    return withWeights(this.groups.parameters, evaluationWeights(this.#plugins, this.optimizer), body);
  }

  /** What runs at each event, in order; with the plugins of one fit where given. */
  explain(plugins: PluginList<Batch, Output, Taps> = []): string {
    return explain(this.#order(plugins), this.optimizer.name);
  }

  /** Model, buffers, optimizer, groups and history, lent. Within a fit, `ctx.stateDict()` has the fit's state too. */
  stateDict(): StateDict {
    return this.#state.stateDict();
  }

  /**
   * Takes over a saved state; its tensors stay the caller's.
   * @param waive names of plugins whose state may be missing or unknown
   * @throws UlmfitError `STATE_MISMATCH`; nothing is changed then
   */
  loadStateDict(state: StateDict, { waive = [] }: { waive?: readonly string[] } = {}): void {
    this.#state.loadStateDict(state, waive);
  }

  /** Frees the optimizer's state. The model stays the caller's. */
  dispose(): void {
    this.optimizer.dispose();
    this.#state.dropPending();
  }

  #order(plugins: PluginList<Batch, Output, Taps>): readonly TrainingPlugin<Batch, Output, Taps>[] {
    const all = [...this.#plugins, ...flatPlugins(plugins)];
    all.forEach((plugin, i) => requirePlugin(plugin, `plugins[${i}]`));
    const ordered = orderPlugins(all);
    checkPlugins(ordered, this.model);
    return ordered;
  }
}
