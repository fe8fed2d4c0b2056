import { dispose, memory } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import {
  createTrainer,
  type SaveMoment,
  type StateDict,
  type TrainingContext,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import type { Bench } from './bench.js';
import { hold } from './breach.js';
import { momentumSgd } from './momentum-sgd.js';
import { differenceOf, notJson, numbersOf, snapshot, withState, type Snapshot } from './snapshot.js';

/** A moment at which a fit may be cut and resumed. */
export interface Moment {
  readonly what: SaveMoment;
  readonly epoch: number;
  /** Batches of the epoch so far. */
  readonly batch: number;
  /** Updates so far. */
  readonly step: number;
  /** The whole state. */
  readonly state: Snapshot;
  /** What held at the step, by group. */
  readonly hyper: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The plugin's own fields that are data. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Tensors that are alive beside those of the state. */
  readonly unexplained: number;
}

export interface TrialOptions {
  /** Micro-batches an update. Default 1. */
  readonly accumulate?: number;
  /** Whether all groups but the top one are frozen. Default false. */
  readonly frozen?: boolean;
  /** The moment of an earlier trial to go on from. */
  readonly from?: Moment;
}

/** Who is tried: a plugin, or else the bench's optimizer. */
export interface Subject<Batch, Output, Taps> {
  readonly name: string;
  readonly plugin?: TrainingPlugin<Batch, Output, Taps>;
}

/** Which trial it was, for messages. */
export const inTrial = ({ accumulate = 1, frozen = false }: TrialOptions): string =>
  (accumulate > 1 ? ` with ${accumulate} micro-batches an update` : '') +
  (frozen ? ' with all groups but the top one frozen' : '');

/** Where a moment is, for messages. */
export const placeOf = ({ what, epoch, step }: Moment): string =>
  what === 'step' ? `step ${step}` : what === 'epoch' ? `the end of epoch ${epoch}` : 'the end of the fit';

/** Makes one fit of a bench, and writes down every moment at which it could be cut. */
export async function trial<Batch, Output, Taps>(
  bench: Bench<Batch, Output, Taps>,
  subject: Subject<Batch, Output, Taps>,
  { accumulate = 1, frozen = false, from }: TrialOptions = {},
): Promise<readonly Moment[]> {
  const { plugin } = subject;
  const moments: Moment[] = [];
  let frozenBefore: Record<string, number[]> = {};
  const witness: TrainingPlugin<Batch, Output, Taps> = {
    name: 'plugin-testkit',
    enforce: 'post',
    ...(plugin && { after: [plugin.name] }),
    afterResume: () => {
      if (from && plugin) holdResumed(subject.name, plugin, from);
    },
    beforeStep: (ctx) => {
      frozenBefore = frozenWeights(ctx);
    },
    afterStep: (ctx) => holdFrozen(subject.name, ctx, frozenBefore),
    save: (ctx, what) => {
      const { epoch, batch, step } = ctx;
      const { state, unexplained } = lentState(subject.name, () => ctx.stateDict());
      const hyper = Object.fromEntries([...ctx.groups].map((group) => [group.name, { ...group.hyper }]));
      moments.push({ what, epoch, batch, step, state, hyper, fields: fieldsOf(plugin), unexplained });
    },
  };
  const model = bench.model();
  const trainer = createTrainer({
    model,
    optimizer: bench.optimizer?.() ?? momentumSgd(),
    plugins: [plugin, bench.plugins?.(), witness],
    metrics: bench.metrics ?? [],
    seed: 3,
  });
  try {
    if (frozen) trainer.groups.freezeTo(-1);
    if (from) withState(from.state, (state) => trainer.loadStateDict(state));
    const { train, validate, epochs = 4 } = bench;
    await trainer.fit({ stage: 'trial', train, validate, epochs, accumulate });
    return moments;
  } catch (error) {
    throw unplaced(error);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** The trainer says whose hook threw: here it was the witness's, of what it has seen. */
function unplaced(error: unknown): unknown {
  if (error instanceof UlmfitError && error.code === 'BREAKS_PROTOCOL')
    error.message = error.message.replace(/^plugin-testkit: \w+: /, '');
  return error;
}

/** Looks at a state that is lent, and copies it. */
function lentState(name: string, stateDict: () => StateDict): { state: Snapshot; unexplained: number } {
  const before = memory().numTensors;
  const { json, tensors } = stateDict();
  const made = memory().numTensors - before;
  const lent = Object.entries(tensors);
  const freed = lent.find(([, t]) => t.isDisposed)?.[0];
  hold(
    name,
    freed === undefined,
    () =>
      `stateDict lends ${freed?.replace(/^(plugin\/[^/]+|optimizer)\//, '')}, which is disposed; keep it by tf.keep, and clone what loadStateDict is given`,
  );
  hold(
    name,
    made === 0,
    () =>
      `stateDict makes ${made} new tensors at each call; lend the plugin's own, which are copied on saving`,
  );
  const bad = notJson(json);
  hold(
    name,
    !bad,
    () =>
      `stateDict has ${bad?.first} at ${bad?.at.replace(/^(fit\.plugins\.[^.]+|optimizer\.state)\.?/, '') || 'its top'}, which JSON turns into ${bad?.second}; save what JSON can hold`,
  );
  const alive = new Set(lent.map(([, t]) => t.id)).size;
  return { state: snapshot({ json, tensors }), unexplained: before - alive };
}

const frozenWeights = ({ groups }: TrainingContext): Record<string, number[]> =>
  Object.fromEntries(
    [...groups]
      .filter((group) => group.frozen)
      .flatMap(({ parameters }) => parameters.map((p) => [p.name, numbersOf(p.variable)])),
  );

function holdFrozen(name: string, ctx: TrainingContext, before: Readonly<Record<string, number[]>>): void {
  const after = frozenWeights(ctx);
  for (const [parameter, values] of Object.entries(before)) {
    hold(
      name,
      !differenceOf(values, after[parameter] ?? values),
      () =>
        `changes ${parameter} at step ${ctx.step}, whose group is frozen; update only what has a gradient`,
    );
  }
}

/** What a plugin saved and shows must be there again when a fit has been resumed. */
function holdResumed<Batch, Output, Taps>(
  name: string,
  plugin: TrainingPlugin<Batch, Output, Taps>,
  from: Moment,
): void {
  const at = placeOf(from);
  const saved = stateOf(plugin.name, from.state);
  if (plugin.stateDict && saved) {
    const now = snapshot(plugin.stateDict());
    const lost = differenceOf(saved.json, now.json) ?? differenceOf(saved.tensors, now.tensors);
    hold(
      name,
      !lost,
      () =>
        `loadStateDict does not bring back ${lost?.at || 'the state'}: ${lost?.first} at ${at}, ${lost?.second} after it was loaded; set all that stateDict saves`,
    );
  }
  const field = differenceOf(from.fields, fieldsOf(plugin));
  hold(
    name,
    !field,
    () =>
      `stateDict misses ${field?.at}, which is ${field?.first} at ${at} and ${field?.second} after a resume there; save it in stateDict, or make it private if nothing depends on it`,
  );
}

/** A plugin's part of a whole state. */
export function stateOf(name: string, { json, tensors }: Snapshot): Snapshot | undefined {
  const { fit } = json as { fit?: { plugins: Record<string, Snapshot['json']> } };
  const own = fit?.plugins[name];
  if (own === undefined) return undefined;
  const prefix = `plugin/${name}/`;
  const ours = Object.entries(tensors).filter(([key]) => key.startsWith(prefix));
  return { json: own, tensors: Object.fromEntries(ours.map(([key, t]) => [key.slice(prefix.length), t])) };
}

/** The fields of a plugin that are data, as far as JSON can show them. */
function fieldsOf(plugin: object | undefined): Record<string, unknown> {
  const fields = Object.entries(plugin ?? {}).filter(
    ([, value]) => typeof value !== 'function' && typeof value !== 'undefined',
  );
  return Object.fromEntries(
    fields.flatMap(([key, value]) => {
      try {
        const text = JSON.stringify(value) as string | undefined;
        return text === undefined || text.length > 10_000 ? [] : [[key, JSON.parse(text) as unknown]];
      } catch {
        return [];
      }
    }),
  );
}

/** Frees what a plugin keeps: by its own `dispose`, which the protocol does not ask for, or else what it lends. */
export function freePlugin(plugin: { stateDict?: () => StateDict; dispose?: unknown }): void {
  if (typeof plugin.dispose === 'function') Reflect.apply(plugin.dispose, plugin, []);
  else dispose(plugin.stateDict?.().tensors ?? {});
}
