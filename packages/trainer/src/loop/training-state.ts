import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { ModelParts } from '../model/model.js';
import type { Optimizer } from '../model/optimizer.js';
import { assignByName, requireSameNames } from '../model/parameter.js';
import type { ParameterGroups } from '../model/parameter-groups.js';
import type { EpochRecord } from '../plugin/training-context.js';
import { prefixTensors, tensorsUnder, type Json, type StateDict } from '../state/stateful.js';
import type { FitProgress, FitState } from './fit-progress.js';

/** What is trained, and by what. */
export interface TrainedParts {
  readonly model: ModelParts;
  readonly groups: ParameterGroups;
  readonly optimizer: Optimizer;
  readonly seed: number;
}

/** What a fit adds to the state while it runs. */
interface FitParts {
  readonly progress: FitProgress;
  readonly plugins: readonly StatefulPlugin[];
}

interface StatefulPlugin {
  readonly name: string;
  stateDict?(): StateDict;
  loadStateDict?(state: StateDict): void;
}

/** A fit that was saved under way. */
export interface SavedFit {
  readonly steps: number;
  /** Loads everything, that of the trainer too: a fit that is about to go on may have changed it. */
  load(into: FitParts): void;
  /** Forgets the saved state. Until then a fit that can't begin leaves it to the next one. */
  taken(): void;
}

/** What is saved, with its JSON's shape. */
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

/** Everything that training must not lose in a restart. It alone saves and loads: for the trainer, and for the fit that runs. */
export class TrainingState {
  readonly history: EpochRecord[] = [];
  /** Epochs begun by earlier fits, so that no two epochs shuffle alike. */
  epochsBefore = 0;
  readonly #parts: TrainedParts;
  /** A loaded state that was saved within a fit, for that fit to go on from. Owns its tensors. */
  #pending: { state: SavedState; fit: FitState; waive: ReadonlySet<string> } | undefined;

  constructor(parts: TrainedParts) {
    this.#parts = parts;
  }

  /** Model, buffers, optimizer, groups, history, and what a fit adds; lent. */
  stateDict(fit?: FitParts): StateDict {
    const { model, groups, seed } = this.#parts;
    const optimizer = this.#parts.optimizer.stateDict();
    const { epochsBefore } = this;
    const json = {
      seed,
      groups: groups.toJson(),
      optimizer: { name: this.#parts.optimizer.name, state: optimizer.json },
      history: structuredClone(this.history),
      epochsBefore,
    };
    const tensors = {
      ...prefixTensors('parameter', variablesOf(groups.parameters)),
      ...prefixTensors('buffer', variablesOf(model.buffers ?? [])),
      ...prefixTensors('optimizer', optimizer.tensors),
    };
    if (!fit) return { json, tensors };
    const plugins = statesOf(fit.plugins);
    return {
      json: { ...json, fit: { ...fit.progress.toJson(), epochsBefore, plugins: plugins.json } },
      tensors: {
        ...tensors,
        ...prefixTensors('carried', fit.progress.carried.tensors()),
        ...plugins.tensors,
      },
    };
  }

  /**
   * Takes over a saved state; its tensors stay the caller's.
   * @throws UlmfitError `STATE_MISMATCH`; nothing is changed then
   */
  loadStateDict(state: StateDict, waive: readonly string[]): void {
    const { json, tensors } = savedState(state);
    const { optimizer, seed } = this.#parts;
    if (json.optimizer.name !== optimizer.name) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state is of the optimizer ${json.optimizer.name}; this trainer has ${optimizer.name}`,
      );
    }
    if (json.seed !== seed) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state was trained with seed ${json.seed}; this trainer has ${seed}`,
      );
    }
    this.#load({ json, tensors });
    this.dropPending();
    if (!json.fit) return;
    const own = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())]));
    const kept = structuredClone(json);
    this.#pending = { state: { json: kept, tensors: own }, fit: kept.fit as FitState, waive: new Set(waive) };
  }

  /** The stage of the fit that a loaded state was saved within, until that fit goes on. */
  get pendingStage(): string | undefined {
    return this.#pending?.fit.stage;
  }

  /**
   * The saved fit that a fit of this stage goes on from.
   * @throws UlmfitError `STATE_MISMATCH` where it was saved in another stage
   */
  pendingFit(stage: string): SavedFit | undefined {
    const pending = this.#pending;
    if (!pending) return undefined;
    const { state, fit, waive } = pending;
    if (fit.stage !== stage) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state was saved in the stage ${fit.stage}; this fit is ${stage}`,
      );
    }
    return {
      steps: fit.steps,
      load: ({ progress, plugins }) => {
        this.#load(state);
        loadPlugins(plugins, fit.plugins, state.tensors, waive);
        progress.load(fit, tensorsUnder('carried', state.tensors));
        this.epochsBefore = fit.epochsBefore;
      },
      taken: () => this.dropPending(),
    };
  }

  dropPending(): void {
    dispose(Object.values(this.#pending?.state.tensors ?? {}));
    this.#pending = undefined;
  }

  /** Everything but the fit's own. All of it is looked at before anything is written. */
  #load({ json, tensors }: SavedState): void {
    const { groups, optimizer, model } = this.#parts;
    const { parameters } = groups;
    const buffers = model.buffers ?? [];
    const [ofParameters, ofBuffers] = [tensorsUnder('parameter', tensors), tensorsUnder('buffer', tensors)];
    requireSameNames('parameters', parameters, ofParameters);
    requireSameNames('buffers', buffers, ofBuffers);
    groups.requireSame(json.groups);
    optimizer.loadStateDict({ json: json.optimizer.state, tensors: tensorsUnder('optimizer', tensors) });
    assignByName('parameters', parameters, ofParameters);
    assignByName('buffers', buffers, ofBuffers);
    groups.fromJson(json.groups);
    this.history.splice(0, this.history.length, ...structuredClone(json.history));
    this.epochsBefore = json.epochsBefore;
  }
}

const variablesOf = (named: readonly { readonly name: string; readonly variable: Tensor }[]) =>
  Object.fromEntries(named.map(({ name, variable }) => [name, variable]));

function statesOf(plugins: readonly StatefulPlugin[]) {
  const json: Record<string, Json> = {};
  const tensors: Record<string, Tensor> = {};
  for (const plugin of plugins) {
    const state = plugin.stateDict?.();
    if (!state) continue;
    json[plugin.name] = state.json;
    Object.assign(tensors, prefixTensors(`plugin/${plugin.name}`, state.tensors));
  }
  return { json, tensors };
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
    throw new UlmfitError('STATE_MISMATCH', `not the state of a trainer: it lacks ${lost}`);
  }
  const places = saved.fit ? [...PLACES, ...PLACES_OF_FIT] : PLACES;
  const stranger = Object.keys(tensors).find((name) => !places.some((place) => name.startsWith(place)));
  if (stranger !== undefined) {
    throw new UlmfitError('STATE_MISMATCH', `the state has an unknown entry ${stranger}`);
  }
  return { json: saved as SavedState['json'], tensors };
}

/** @throws UlmfitError `STATE_MISMATCH` when a plugin's state is missing or unknown, unless waived. */
function loadPlugins(
  plugins: readonly StatefulPlugin[],
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
        `the state has nothing for the plugin ${plugin.name}; waive it to resume`,
      );
    }
    plugin.loadStateDict?.({ json, tensors: tensorsUnder(`plugin/${plugin.name}`, tensors) });
  }
}
