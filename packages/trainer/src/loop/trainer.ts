import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { requireSeed } from '@ulmfit/kernels';
import { checkPlugins, requirePlugin } from '../plugin/check-plugins.js';
import { evaluate, type EvaluateOptions } from './evaluate.js';
import { explain } from '../plugin/explain.js';
import { checkFitOptions, Fit, type FitHost, type FitOptions, type FitResult, type FitState } from './fit.js';
import { evaluationWeights, withWeights } from './evaluation-weights.js';
import type { Loader } from './loader.js';
import { checkMetrics, type Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import { requireOptimizer, type Optimizer, type OptimizerFactory } from '../model/optimizer.js';
import { assignByName, requireSameNames } from '../model/parameter.js';
import { parameterGroups, type ParameterGroups } from '../model/parameter-groups.js';
import { orderPlugins } from '../plugin/plugin-order.js';
import { flatPlugins, type PluginList } from '../plugin/plugin-list.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import type { Json, StateDict } from '../state/stateful.js';
import { prefixTensors, tensorsUnder } from '../state/stateful.js';
import type { EpochRecord } from '../plugin/training-context.js';

export interface TrainerOptions<Batch, Output, Taps, O extends Optimizer> {
  readonly model: Model<Batch, Output, Taps>;
  readonly optimizer: OptimizerFactory<O>;
  /** Plugins of every fit. */
  readonly plugins?: PluginList<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>;
  readonly metrics?: readonly Metric<NoInfer<Batch>, NoInfer<Output>>[];
  /** The one source of all randomness; an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

/** What `stateDict` makes, with its JSON's shape. */
interface SavedState {
  json: {
    seed: number;
    groups: Json;
    optimizer: { name: string; state: Json };
    history: EpochRecord[];
    epochsBefore: number;
    fit?: FitState;
  };
  tensors: Record<string, Tensor>;
}

/**
 * Makes a trainer for a model. The model stays the caller's; the optimizer's state is the trainer's.
 * @throws UlmfitError `BAD_OPTION`, `BAD_SEED`, `BAD_PLUGINS`, `BAD_GROUPS`
 */
export function createTrainer<Batch, Output, Taps, O extends Optimizer>(
  options: TrainerOptions<Batch, Output, Taps, O>,
): Trainer<Batch, Output, Taps, O> {
  return new Trainer(options);
}

export class Trainer<Batch, Output, Taps, O extends Optimizer = Optimizer> {
  readonly model: Model<Batch, Output, Taps>;
  readonly groups: ParameterGroups;
  readonly optimizer: O;
  readonly history: EpochRecord[] = [];
  readonly seed: number;
  readonly #plugins: readonly TrainingPlugin<Batch, Output, Taps>[];
  readonly #metrics: readonly Metric<Batch, Output>[];
  readonly #host: FitHost<Batch, Output, Taps>;
  /** A loaded state that was saved within a fit, for that fit to go on from. Owns its tensors. */
  #pending: { state: SavedState; waive: ReadonlySet<string> } | undefined;

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
    this.#host = {
      model: this.model,
      groups: this.groups,
      optimizer: this.optimizer,
      metrics: this.#metrics,
      seed: this.seed,
      history: this.history,
      epochsBefore: 0,
      coreState: () => this.stateDict(),
    };
  }

  /**
   * Trains. After `loadStateDict` of a state that was saved within a fit, the fit of the same stage goes on from there.
   * @throws UlmfitError `BAD_PLUGINS`, `BAD_FIT`, `NO_BATCHES`, `STATE_MISMATCH`, `NOTHING_TO_TRAIN`, `BAD_RATE`,
   *   `BAD_REWRITE`, `UNKNOWN_GROUP`, `NO_GRADIENTS`, `NOT_FINITE`; the weights are those of the last step that was whole.
   */
  async fit(options: FitOptions<Batch, Output, Taps>): Promise<FitResult> {
    checkFitOptions(options);
    const plugins = this.#order(options.plugins ?? []);
    const fit = new Fit(this.#host, options, plugins);
    const pending = this.#pending;
    if (!pending) return fit.run();
    const { state, waive } = pending;
    const saved = state.json.fit as FitState;
    if (saved.stage !== options.stage) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state was saved in the stage ${saved.stage}; this fit is ${options.stage}`,
      );
    }
    const load = () => {
      this.#load(state);
      loadPlugins(plugins, saved.plugins, state.tensors, waive);
    };
    // Until it is taken, a fit that can't begin leaves it to the next one.
    const taken = () => this.#dropPending();
    return fit.run({ state: saved, carried: tensorsUnder('carried', state.tensors), load, taken });
  }

  /** The stage of the fit that a loaded state was saved within, until that fit goes on. */
  get pendingStage(): string | undefined {
    return this.#pending?.state.json.fit?.stage;
  }

  /** The mean loss and the metrics over a loader, with the evaluation weights of a plugin or the optimizer. */
  async evaluate(
    loader: Loader<Batch>,
    options: EvaluateOptions<Batch, Output> = {},
  ): Promise<Record<string, number> | undefined> {
    const metrics = options.metrics ?? this.#metrics;
    return this.withEvaluationWeights(() => evaluate(this.model, loader, { ...options, metrics }));
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
    const optimizer = this.optimizer.stateDict();
    const parameters = Object.fromEntries(this.groups.parameters.map((p) => [p.name, p.variable]));
    const buffers = Object.fromEntries((this.model.buffers ?? []).map((b) => [b.name, b.variable]));
    return {
      json: {
        seed: this.seed,
        groups: this.groups.toJson(),
        optimizer: { name: this.optimizer.name, state: optimizer.json },
        history: structuredClone(this.history),
        epochsBefore: this.#host.epochsBefore,
      },
      tensors: {
        ...prefixTensors('parameter', parameters),
        ...prefixTensors('buffer', buffers),
        ...prefixTensors('optimizer', optimizer.tensors),
      },
    };
  }

  /**
   * Takes over a saved state; its tensors stay the caller's.
   * @param waive names of plugins whose state may be missing or unknown
   * @throws UlmfitError `STATE_MISMATCH`; nothing is changed then
   */
  loadStateDict(state: StateDict, { waive = [] }: { waive?: readonly string[] } = {}): void {
    const { json, tensors } = savedState(state);
    if (json.optimizer.name !== this.optimizer.name) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state is of the optimizer ${json.optimizer.name}; this trainer has ${this.optimizer.name}`,
      );
    }
    if (json.seed !== this.seed) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state was trained with seed ${json.seed}; this trainer has ${this.seed}`,
      );
    }
    this.#load({ json, tensors });
    this.#dropPending();
    if (json.fit) {
      const own = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())]));
      this.#pending = { state: { json: structuredClone(json), tensors: own }, waive: new Set(waive) };
    }
  }

  /** Everything but the fit's own state. All of it is looked at before anything is written. */
  #load({ json, tensors }: SavedState): void {
    const { parameters } = this.groups;
    const buffers = this.model.buffers ?? [];
    const [ofParameters, ofBuffers] = [tensorsUnder('parameter', tensors), tensorsUnder('buffer', tensors)];
    requireSameNames('parameters', parameters, ofParameters);
    requireSameNames('buffers', buffers, ofBuffers);
    this.groups.requireSame(json.groups);
    this.optimizer.loadStateDict({ json: json.optimizer.state, tensors: tensorsUnder('optimizer', tensors) });
    assignByName('parameters', parameters, ofParameters);
    assignByName('buffers', buffers, ofBuffers);
    this.groups.fromJson(json.groups);
    this.history.splice(0, this.history.length, ...structuredClone(json.history));
    this.#host.epochsBefore = json.epochsBefore;
  }

  /** Frees the optimizer's state. The model stays the caller's. */
  dispose(): void {
    this.optimizer.dispose();
    this.#dropPending();
  }

  #dropPending(): void {
    dispose(Object.values(this.#pending?.state.tensors ?? {}));
    this.#pending = undefined;
  }

  #order(plugins: PluginList<Batch, Output, Taps>): readonly TrainingPlugin<Batch, Output, Taps>[] {
    const all = [...this.#plugins, ...flatPlugins(plugins)];
    all.forEach((plugin, i) => requirePlugin(plugin, `plugins[${i}]`));
    const ordered = orderPlugins(all);
    checkPlugins(ordered, this.model);
    return ordered;
  }
}

/** What a trainer's state has at least, and where its tensors may lie. */
const KEYS = ['seed', 'groups', 'optimizer', 'history', 'epochsBefore'] as const;
const PLACES = ['parameter/', 'buffer/', 'optimizer/'];
const PLACES_OF_FIT = ['carried/', 'plugin/'];

/** @throws UlmfitError `STATE_MISMATCH` for what no trainer has saved */
function savedState({ json, tensors }: StateDict): SavedState {
  const saved = (json ?? {}) as Partial<SavedState['json']>;
  const lost = KEYS.find((key) => saved[key] === undefined);
  if (lost !== undefined) {
    throw new UlmfitError('STATE_MISMATCH', `the state is not one of a trainer: it lacks ${lost}`);
  }
  const places = saved.fit ? [...PLACES, ...PLACES_OF_FIT] : PLACES;
  const stranger = Object.keys(tensors).find((name) => !places.some((place) => name.startsWith(place)));
  if (stranger !== undefined) {
    throw new UlmfitError('STATE_MISMATCH', `the state has an unknown entry ${stranger}`);
  }
  return { json: saved as SavedState['json'], tensors };
}

/** @throws UlmfitError `STATE_MISMATCH` when a plugin's state is missing or unknown, unless waived. */
function loadPlugins<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  saved: Record<string, Json>,
  tensors: Record<string, Tensor>,
  waived: ReadonlySet<string>,
): void {
  const stateful = plugins.filter((p) => p.loadStateDict);
  const names = new Set(stateful.map((p) => p.name));
  const unknown = Object.keys(saved).find((name) => !names.has(name) && !waived.has(name));
  if (unknown !== undefined) {
    throw new UlmfitError(
      'STATE_MISMATCH',
      `the state has a plugin ${unknown} that this fit lacks; add or waive it`,
    );
  }
  for (const plugin of stateful) {
    const json = saved[plugin.name];
    if (json === undefined) {
      if (waived.has(plugin.name)) continue;
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state has nothing of the plugin ${plugin.name}; waive it to go on`,
      );
    }
    plugin.loadStateDict?.({ json, tensors: tensorsUnder(`plugin/${plugin.name}`, tensors) });
  }
}
