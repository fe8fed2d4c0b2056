import { memory, type Tensor2D } from '@tensorflow/tfjs-core';
import type { OptimizerFactory, PluginList, TrainingPlugin } from '@ulmfit/trainer';
import { toyTextBench, type Bench } from './bench.js';
import { breach, hold } from './breach.js';
import { holdLoads } from './hold-loads.js';
import { holdNoLeak } from './hold-no-leak.js';
import { firstDifference, holdResumes } from './hold-resumes.js';
import { differenceOf, snapshot } from './snapshot.js';
import type { ToyTextBatch, ToyTextTaps } from './toy-text-model.js';
import { freePlugin, inTrial, stateOf, trial, type TrialOptions } from './trial.js';

/** A plugin with what it needs beside it. */
export interface PluginInCompany<Batch, Output, Taps> {
  readonly plugin: TrainingPlugin<Batch, Output, Taps>;
  /** The optimizer that it needs, where only its own will do. */
  readonly optimizer?: OptimizerFactory;
  /** Other plugins, such as those that it requires. */
  readonly plugins?: PluginList<Batch, Output, Taps>;
}

/** Makes what is tested, afresh at each call. */
export type MakePlugin<Batch, Output, Taps> = () =>
  TrainingPlugin<Batch, Output, Taps> | PluginInCompany<Batch, Output, Taps>;

/** The ways in which a plugin is tried. */
export const TRIALS: readonly TrialOptions[] = [{}, { accumulate: 2 }, { frozen: true }];

/**
 * Tests a training plugin against the protocol, in dozens of small fits on a toy model with the taps of the AWD-LSTM, or on a model of
 * your own:
 * - a fit that is cut at any moment and resumed ends bit for bit as one that was not;
 * - two equal fits are equal, and two plugins share nothing;
 * - a state goes through JSON, comes back whole, and is refused where something is missing or unknown;
 * - no tensor is left behind, and frozen weights stay.
 *
 * All of it also with two micro-batches an update, and with frozen groups. It throws at the first breach, so it works in any
 * test runner.
 * @param make makes the plugin, a new one at each call
 * @throws UlmfitError `BREAKS_PROTOCOL`, which says what to change; and what the trainer refuses, such as `BAD_PLUGINS`
 * @example
 * it('keeps to the protocol', () => testPlugin(() => stepDecay({ every: 2, factor: 0.5 })));
 */
export function testPlugin(make: MakePlugin<ToyTextBatch, Tensor2D, ToyTextTaps>): Promise<void>;
export function testPlugin<Batch, Output, Taps>(
  make: MakePlugin<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>,
  bench: Bench<Batch, Output, Taps>,
): Promise<void>;
export async function testPlugin<Batch, Output, Taps>(
  make: MakePlugin<Batch, Output, Taps>,
  // The cast: the first overload, which has no bench, asks for the toy's own types.
  bench: Bench<Batch, Output, Taps> = toyTextBench as unknown as Bench<Batch, Output, Taps>,
): Promise<void> {
  holdMade(make);
  for (const options of TRIALS) await holdTrial(make, bench, options);
}

/** A plugin that is an object of its own at each call, under one name. */
function holdMade<Batch, Output, Taps>(make: MakePlugin<Batch, Output, Taps>): void {
  const [{ plugin }, { plugin: other }] = [inCompany(make()), inCompany(make())];
  hold(
    plugin.name,
    plugin !== other || !plugin.stateDict,
    () =>
      'is one object in two trainers, which would share its state; make it in the function that the test is given',
  );
  hold(
    plugin.name,
    plugin.name === other.name,
    () =>
      `is named ${other.name} when it is made again, and a checkpoint would not find it; give it one name`,
  );
}

async function holdTrial<Batch, Output, Taps>(
  make: MakePlugin<Batch, Output, Taps>,
  bench: Bench<Batch, Output, Taps>,
  options: TrialOptions,
): Promise<void> {
  const before = memory().numTensors;
  const fresh = () => {
    const { plugin, optimizer, plugins } = inCompany(make());
    const ground: Bench<Batch, Output, Taps> = {
      ...bench,
      ...(optimizer && { optimizer: () => optimizer }),
      plugins: () => [bench.plugins?.(), plugins],
    };
    return { name: plugin.name, plugin, bench: ground };
  };
  const first = fresh();
  const { name, plugin } = first;
  const whole = await trial(first.bench, first, options);
  const last = whole.at(-1);
  const saved = last && stateOf(name, last.state);
  const second = fresh();
  const again = await trial(second.bench, second, options);
  const differs = firstDifference(second, whole, again);
  if (differs) {
    throw breach(
      name,
      `two equal fits${inTrial(options)} differ: at ${differs.place} ${differs.what} is ${differs.first} and ${differs.second}; draw by pass.random or a key of ctx.seed instead of Math.random, and keep nothing outside of the function that makes the plugin`,
    );
  }
  if (saved && plugin.stateDict) {
    // A fit that ends elsewhere, so that a state that both had would be seen.
    const third = fresh();
    await trial({ ...third.bench, epochs: 1 }, third, options);
    freePlugin(third.plugin);
    const changed = differenceOf(saved, snapshot(plugin.stateDict()));
    hold(
      name,
      !changed,
      () =>
        `shares its state with another of its kind: ${changed?.at} of the first is ${changed?.second} after the other's fit, and was ${changed?.first}; keep it in the function that makes the plugin`,
    );
    const { stateDict, loadStateDict } = plugin;
    if (loadStateDict) {
      const stateful = {
        stateDict: () => stateDict.call(plugin),
        loadStateDict: loadStateDict.bind(plugin),
      };
      holdLoads(name, stateful, saved);
    }
  }
  holdNoLeak(name, whole, options);
  freePlugin(plugin);
  freePlugin(second.plugin);
  const left = memory().numTensors - before;
  hold(
    name,
    left <= 0,
    () =>
      `keeps ${left} tensors after its fits that neither dispose() nor stateDict knows; free them in afterFit`,
  );
  await holdResumes(fresh, whole, options);
}

const inCompany = <Batch, Output, Taps>(
  made: ReturnType<MakePlugin<Batch, Output, Taps>>,
): PluginInCompany<Batch, Output, Taps> => ('plugin' in made ? made : { plugin: made });
