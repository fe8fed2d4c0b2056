import { dispose, scalar, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { disposeBatch } from './dispose-batch.js';
import { evaluateSlices } from './evaluate.js';
import { FiniteProbe, isFiniteTensor } from './finite-probe.js';
import type { ForwardPass, Phase } from '../model/forward-pass.js';
import { FitProgress } from './fit-progress.js';
import type { Loader, SlicedLoader } from './loader.js';
import type { Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import type { Gradients, Optimizer } from '../model/optimizer.js';
import { overwrite, type Parameter } from '../model/parameter.js';
import type { ParameterGroups, PerGroup } from '../model/parameter-groups.js';
import { Pass, type PassOptions, type TapHandlers } from '../model/pass.js';
import type { SaveMoment, TrainingPlugin } from '../plugin/plugin.js';
import { callHook, callWaitingHook } from '../plugin/call-hook.js';
import type { PluginList } from '../plugin/plugin-list.js';
import { evaluationWeights, withWeights } from './evaluation-weights.js';
import { withAuxiliary } from './auxiliary.js';
import { applyRates } from './rates.js';
import { Agreement } from '../ranks/agreement.js';
import { gatherTensors } from '../ranks/gather-tensors.js';
import { Lane } from '../ranks/lane.js';
import { hashTensors, requireSameRanks } from '../ranks/require-same-ranks.js';
import { slicedLoaders, type Slices } from '../ranks/slices.js';
import { prefixTensors, type StateDict } from '../state/stateful.js';
import { tapHandlers } from '../plugin/tap-handlers.js';
import {
  notFinite,
  notFiniteError,
  differentiate,
  readScalars,
  requireGradients,
  transformGradients,
  type Differentiated,
} from './train-step.js';
import type { SavedFit, TrainedParts, TrainingState } from './training-state.js';
import type { EpochRecord, StopScope, TrainingContext } from '../plugin/training-context.js';
import { yieldToEvents } from './yield-to-events.js';

export interface FitOptions<Batch, Output, Taps> {
  /** Names this fit: in random draws, in checkpoints, in the history. */
  readonly stage: string;
  readonly train: Loader<Batch>;
  readonly validate?: Loader<Batch> | undefined;
  readonly epochs: number;
  /** The learning rate before all factors, for all groups or by group name. */
  readonly lr?: PerGroup<number> | undefined;
  /** Micro-batches an update; their gradients are averaged by their targets. */
  readonly accumulate?: number;
  /** Plugins of this fit alone, such as its schedule. */
  readonly plugins?: PluginList<Batch, Output, Taps>;
  /** When aborted, the step ends, the state is saved and the fit returns. */
  readonly signal?: AbortSignal | undefined;
  /** Says that the state before is put back afterwards: plugins that watch, keep or save something sit such a fit out. */
  readonly rehearsal?: boolean;
}

export interface FitResult {
  /** `done`, `stopped` by a plugin, or `interrupted` by the signal. */
  readonly end: 'done' | 'stopped' | 'interrupted';
  readonly reason?: string;
  readonly history: readonly EpochRecord[];
}

/** What the fit shares with its trainer. */
export interface FitHost<Batch, Output, Taps> extends TrainedParts {
  readonly model: Model<Batch, Output, Taps>;
  readonly metrics: readonly Metric<Batch, Output>[];
  readonly state: TrainingState;
  readonly slices: Slices;
}

/** Milliseconds of counting between two pauses. */
const COUNTING = 50;

/** Epochs of a fit at most: more is a slip. */
const MOST_EPOCHS = 1_000_000;

/** One fit: epochs of steps with their hooks. */
export class Fit<Batch, Output, Taps> implements TrainingContext {
  readonly #host: FitHost<Batch, Output, Taps>;
  readonly #options: FitOptions<Batch, Output, Taps>;
  readonly #plugins: readonly TrainingPlugin<Batch, Output, Taps>[];
  readonly #handlers: TapHandlers;
  readonly #progress: FitProgress;
  #phase: Phase = 'train';
  #skipStep = false;
  #resumed = false;
  readonly #agreement: Agreement;
  /** What other ranks carried when the whole state was asked for. */
  #ofOthers: Record<string, Tensor> = {};

  constructor(
    host: FitHost<Batch, Output, Taps>,
    options: FitOptions<Batch, Output, Taps>,
    plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  ) {
    this.#host = host;
    this.#options = options;
    this.#plugins = plugins;
    this.#progress = new FitProgress(options.stage, host.slices);
    this.#agreement = new Agreement(host.slices, options.signal);
    this.#handlers = tapHandlers(plugins);
  }

  get stage(): string {
    return this.#options.stage;
  }
  get seed(): number {
    return this.#host.seed;
  }
  get phase(): Phase {
    return this.#phase;
  }
  get model(): Model<Batch, Output, Taps> {
    return this.#host.model;
  }
  get groups(): ParameterGroups {
    return this.#host.groups;
  }
  get optimizer(): Optimizer {
    return this.#host.optimizer;
  }
  get epoch(): number {
    return this.#progress.cursor.epoch;
  }
  get epochs(): number {
    return this.#options.epochs;
  }
  get batch(): number {
    return this.#progress.cursor.batch;
  }
  get batches(): number {
    return this.#options.train.batches(this.#loaderEpoch(this.epoch));
  }
  get step(): number {
    return this.#progress.step;
  }
  get steps(): number {
    return this.#progress.steps;
  }
  get last(): Readonly<Record<string, number>> {
    return this.#progress.last;
  }
  get validation(): Readonly<Record<string, number>> | undefined {
    return this.#progress.validation;
  }
  get history(): readonly EpochRecord[] {
    return this.#host.state.history;
  }
  get resumed(): boolean {
    return this.#resumed;
  }
  get rehearsal(): boolean {
    return this.#options.rehearsal ?? false;
  }
  get now(): number {
    return this.#agreement.now;
  }
  get #accumulate(): number {
    return this.#options.accumulate ?? 1;
  }

  stop(scope: StopScope, reason: string): void {
    if (scope === 'batch') this.#skipStep = true;
    else if (this.#progress.stop?.scope !== 'fit') this.#progress.stop = { scope, reason };
  }

  evaluationWeights(): Readonly<Record<string, Tensor>> | undefined {
    return evaluationWeights(this.#plugins, this.optimizer);
  }

  stateDict(): StateDict {
    return this.#host.state.stateDict({ progress: this.#progress, plugins: this.#plugins });
  }

  async wholeState(): Promise<StateDict> {
    const { json, tensors } = this.stateDict();
    if (this.#agreement.isAlone) return { json, tensors };
    this.#forgetOthers();
    const { carried } = this.#progress;
    const others = await gatherTensors(carried.tensors(), this.#host.slices.collective);
    this.#ofOthers = prefixTensors('carried', others);
    return { json, tensors: { ...tensors, ...this.#ofOthers } };
  }

  #forgetOthers(): void {
    dispose(Object.values(this.#ofOthers));
    this.#ofOthers = {};
  }

  /** @param saved a fit of this stage to go on from */
  async run(saved?: SavedFit): Promise<FitResult> {
    this.#resumed = saved !== undefined;
    let isWaiting = this.#resumed;
    const { state } = this.#host;
    const progress = this.#progress;
    try {
      requireGradients();
      for (const [what, batches] of [
        ['training', this.batches],
        ['validation', this.#options.validate?.batches(0) ?? 1],
      ] as const) {
        if (batches < 1)
          throw new UlmfitError(
            'NO_BATCHES',
            `${this.stage}: the ${what} loader has no batches; give it data`,
          );
      }
      await this.#countSteps();
      await this.#hooks('setup');
      if (this.#options.lr !== undefined) this.groups.setBase({ lr: this.#options.lr });
      await this.#hooks('beforeFit');
      if (saved) {
        // After `beforeFit`, so that what it has reset is as it was when the state was saved.
        saved.load({ progress, plugins: this.#plugins });
        await this.#countSteps();
        if (progress.steps !== saved.steps) {
          throw new UlmfitError(
            'STATE_MISMATCH',
            `${this.stage}: the state is of a fit of ${saved.steps} updates, this one has ${progress.steps}; resume with the same data, epochs and accumulation`,
          );
        }
        saved.taken();
        isWaiting = false;
        await this.#hooks('afterResume');
      }
      await this.#agreeOnStart();
      return await this.#epochs();
    } catch (error) {
      await this.#tell(error);
      throw error;
    } finally {
      // An epoch that was only begun has shown its order too. A state that waits still has begun none here.
      if (!isWaiting)
        state.epochsBefore += this.epoch + Number(['train', 'validate'].includes(progress.next));
      progress.carried.reset();
      this.#forgetOthers();
    }
  }

  /** Calls every `onError`; one that fails in turn must not hide what went wrong first. */
  async #tell(error: unknown): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await plugin.onError?.(this, error);
      } catch {
        continue;
      }
    }
  }

  /**
   * Adds up the steps of all epochs, which a loader may make of different numbers of batches. Once, and with pauses: a
   * great number of epochs would stop the process otherwise.
   */
  async #countSteps(): Promise<void> {
    const { train, signal } = this.#options;
    let pause = Date.now() + COUNTING;
    this.#progress.steps = 0;
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      this.#progress.steps += Math.ceil(train.batches(this.#loaderEpoch(epoch)) / this.#accumulate);
      if (Date.now() < pause) continue;
      await yieldToEvents();
      signal?.throwIfAborted();
      pause = Date.now() + COUNTING;
    }
  }

  async #epochs(): Promise<FitResult> {
    const progress = this.#progress;
    const { history } = this.#host.state;
    const { validate } = this.#options;
    // A stop ends no epoch in its middle: its validation and its `after*` hooks still run, after a resumption too.
    const goesOn = () =>
      progress.next === 'epoch'
        ? this.epoch < this.epochs && progress.stop?.scope !== 'fit'
        : progress.next !== 'end';
    while (goesOn()) {
      if (await this.#agreement.ask()) return this.#interrupted();
      if (progress.next === 'epoch') {
        progress.beginEpoch();
        await this.#hooks('beforeEpoch');
        await this.#hooks('beforeTrain');
        progress.next = 'train';
      }
      if (progress.next === 'train') {
        if ((await this.#train()) === 'interrupted') return this.#interrupted();
        await this.#hooks('afterTrain');
      }
      const values = progress.means.means();
      if (validate) {
        const validation = await this.#validate(validate);
        if (!validation) return this.#interrupted();
        for (const [name, value] of Object.entries(validation)) values[`valid/${name}`] = value;
      }
      const { seconds } = progress;
      history.push({ stage: this.stage, epoch: this.epoch, step: this.step, seconds, values });
      await this.#hooks('afterEpoch');
      progress.cursor = { epoch: this.epoch + 1, batch: 0 };
      progress.next = 'epoch';
      if (progress.stop?.scope === 'epoch') progress.stop = null;
      await this.#save('epoch');
    }
    const stop = progress.stop;
    if (progress.next !== 'end') await this.#hooks('afterFit');
    progress.next = 'end';
    await this.#save('fit');
    return stop ? { end: 'stopped', reason: stop.reason, history } : { end: 'done', history };
  }

  /** The rest of this epoch's steps. */
  async #train(): Promise<'done' | 'interrupted'> {
    this.#phase = 'train';
    const { train } = this.#options;
    const { slices } = this.#host;
    const at = { epoch: this.#loaderEpoch(this.epoch), batch: this.#progress.cursor.batch };
    const lanes = slicedLoaders(this.stage, train, slices).map(
      (loader, i) => new Lane(slices.own[i] as number, loader.open(at)),
    );
    const read = async () => {
      for (const lane of lanes) await lane.read();
    };
    const isDone = () => lanes.every((lane) => lane.isDone);
    const steps = this.steps;
    try {
      await read();
      while (!isDone() && !this.#progress.stop) {
        const { step } = this;
        const { batch } = this.#progress.cursor;
        this.#skipStep = false;
        try {
          for (let micro = 0; micro < this.#accumulate && !isDone(); micro++) {
            for (const lane of lanes) this.#microBatch(lane, micro, steps);
            this.#progress.cursor.batch++;
            await read();
          }
          await this.#update(lanes);
        } catch (error) {
          // The step never was: a state that is saved now begins with its batches.
          if (this.step === step) this.#progress.cursor.batch = batch;
          throw error;
        } finally {
          for (const lane of lanes) lane.discard();
        }
        this.#stepHooks('afterBatch');
        await this.#save('step');
        await yieldToEvents();
        if (this.#agreement.stops) return 'interrupted';
      }
      return 'done';
    } finally {
      for (const lane of lanes) await lane.close();
    }
  }

  /** @param micro which of the step's micro-batches it is */
  #microBatch(lane: Lane<Batch>, micro: number, steps: number): void {
    const batch = lane.take();
    // There are more slices than rows left.
    if (batch === undefined) return;
    const { model, groups } = this.#host;
    const all: Batch[] = [batch];
    try {
      for (const plugin of this.#plugins) {
        if (plugin.beforeBatch) callHook(plugin, 'beforeBatch', plugin.beforeBatch, this, batch);
      }
      const input = this.#replaced(batch, all);
      const { epoch, epochs } = this;
      const at = { step: this.step, steps, progress: this.step / steps, epoch, epochs };
      if (micro === 0) applyRates(groups, this.#plugins, at);
      const trained = groups.unfrozen;
      const options = this.#passOptions(lane, micro, this.#handlers, trained);
      const pass = new Pass(options);
      lane.passes.push(pass);
      const targets = model.targets(input);
      const own = differentiate(model, input, pass, this.#plugins, trained);
      const beside = { model, batch: input, pass: options, trained };
      lane.accumulator.add(withAuxiliary(own, this.#plugins, this, beside), targets);
    } finally {
      all.forEach(disposeBatch);
    }
  }

  /** What the plugins make of a batch. @param all gets each batch on the way, for the caller to dispose */
  #replaced(batch: Batch, all: Batch[]): Batch {
    let current = batch;
    for (const plugin of this.#plugins) {
      const replace = plugin.batch;
      if (!replace) continue;
      tidy(() => {
        all.push((current = callHook(plugin, 'batch', replace, current, this)));
        return current as TensorContainer;
      });
    }
    return current;
  }

  #passOptions(
    { slice, passes }: Pick<Lane<Batch>, 'slice' | 'passes'>,
    micro: number,
    handlers: TapHandlers,
    trained: readonly Parameter[],
  ): PassOptions {
    return {
      phase: 'train',
      carried: this.#progress.carried.of(slice),
      seed: this.seed,
      stage: this.stage,
      step: this.step,
      // Each slice draws its own masks, on whichever rank.
      microBatch: micro * this.#host.slices.count + slice,
      previous: passes.at(-1),
      handlers,
      trained: new Set(trained),
    };
  }

  /**
   * Runs the step's passes again, which read and draw the same, and looks at each tensor on its way.
   * @param lanes those of this rank: what is not finite may be another's
   */
  async #firstNotFinite(lanes: readonly Lane<Batch>[]): Promise<string | undefined> {
    const parameter = this.#host.groups.parameters.find((p) => !isFiniteTensor(p.variable));
    if (parameter) return `the parameter ${parameter.name}`;
    const loaders = slicedLoaders(this.stage, this.#options.train, this.#host.slices);
    for (const [i, lane] of lanes.entries()) {
      const first = await this.#firstNotFiniteOf(lane, loaders[i] as SlicedLoader<Batch>);
      if (first !== undefined) return first;
    }
    return undefined;
  }

  async #firstNotFiniteOf(
    { slice, passes: { length: count } }: Lane<Batch>,
    loader: SlicedLoader<Batch>,
  ): Promise<string | undefined> {
    const { model, groups } = this.#host;
    const probe = new FiniteProbe();
    const passes: Pass[] = [];
    const { epoch, batch } = this.#progress.cursor;
    const reader = loader.open({ epoch: this.#loaderEpoch(epoch), batch: batch - count });
    try {
      for (
        let next = await reader.next();
        !next.done && next.value !== undefined;
        next = await reader.next()
      ) {
        const all: Batch[] = [next.value];
        const handlers = probe.handlers(this.#handlers);
        const pass = new Pass(this.#passOptions({ slice, passes }, passes.length, handlers, groups.unfrozen));
        // What a plugin made of the batch depends on where the fit stood.
        this.#progress.cursor.batch = batch - count + passes.length;
        passes.push(pass);
        try {
          const input = this.#replaced(next.value, all);
          tidy(() => void model.forward(input, pass as ForwardPass<Taps>));
        } finally {
          all.forEach(disposeBatch);
        }
        if (probe.first !== undefined || passes.length === count) break;
      }
    } catch {
      // What went wrong first is the error to tell, not what goes wrong in looking for it.
    } finally {
      this.#progress.cursor.batch = batch;
      await reader.return?.();
      for (const pass of passes) pass.discard();
    }
    return probe.first;
  }

  async #update(lanes: readonly Lane<Batch>[]): Promise<void> {
    const { weight, buffers, ...mean } = await this.#mean(lanes);
    let gradients: Gradients = {};
    try {
      gradients = transformGradients(mean, this.#plugins, this, weight);
      const values = readScalars(mean.scalars);
      const at = `${this.stage}, epoch ${this.epoch + 1}, step ${this.step + 1}`;
      const wrong = notFinite(values);
      if (wrong) throw notFiniteError(wrong, gradients, at, await this.#firstNotFinite(lanes));
      this.#progress.last = values;
      for (const [name, value] of Object.entries(values))
        this.#progress.means.add(name, value * weight, weight);
      this.#stepHooks('beforeStep');
      if (!this.#skipStep) this.optimizer.step(gradients);
      for (const { passes } of lanes) for (const pass of passes) pass.commit();
      for (const { name, variable } of this.model.buffers ?? []) {
        const value = buffers[name];
        if (value) overwrite(variable, value);
      }
      this.#progress.step++;
      this.#stepHooks('afterStep');
    } finally {
      dispose([...Object.values(gradients), ...Object.values(buffers)]);
    }
  }

  /** The means over a step's targets, of all slices and ranks; the caller's. */
  async #mean(
    lanes: readonly Lane<Batch>[],
  ): Promise<Differentiated & { weight: number; buffers: Record<string, Tensor> }> {
    const { slices, groups, model } = this.#host;
    const [first] = lanes;
    if (slices.count === 1 && first) return { ...first.accumulator.take(), buffers: {} };
    const parts = lanes.map(({ accumulator, passes }) => {
      const { gradients, scalars, weight } = accumulator.take();
      const read = (model.buffers ?? []).map((b) => ({ ...b, value: passes.at(-1)?.read(b) ?? b.variable }));
      return {
        ...{ gradients, weight },
        scalars: readScalars(scalars),
        buffers: Object.fromEntries(read.map(({ name, value }) => [name, value])),
        updated: read.filter(({ value, variable }) => value !== variable).map(({ name }) => name),
      };
    });
    try {
      const reduced = await this.#agreement.reduce(parts, groups.unfrozen, this.#skipStep);
      this.#skipStep = reduced.skips;
      const scalars = Object.entries(reduced.scalars).map(([name, value]) => [name, scalar(value)] as const);
      return { ...reduced, scalars: Object.fromEntries(scalars) };
    } finally {
      dispose(parts.flatMap(({ gradients }) => Object.values(gradients)));
    }
  }

  /** Before the first step of several ranks: that they are about to do the same, and what time it is. */
  async #agreeOnStart(): Promise<void> {
    if (this.#agreement.isAlone) return;
    const { slices, model, groups } = this.#host;
    const { stage, seed, epochs, step, steps } = this;
    await requireSameRanks(slices.collective, {
      ...{ stage, seed, epochs, step, steps, slices: slices.count, optimizer: this.optimizer.name },
      plugins: this.#plugins
        .filter(isPartOfTraining)
        .map(({ name }) => name)
        .join(),
      weights: hashTensors([...groups.parameters, ...(model.buffers ?? [])]),
    });
    await this.#agreement.ask();
  }

  async #validate(loader: Loader<Batch>): Promise<Record<string, number> | undefined> {
    const { model, metrics } = this.#host;
    this.#phase = 'validate';
    // One that was interrupted starts again, but what its `beforeValidate` did is in the state already.
    if (this.#progress.next === 'train') await this.#hooks('beforeValidate');
    this.#progress.next = 'validate';
    const { signal } = this.#options;
    const values = await withWeights(this.groups.parameters, this.evaluationWeights(), () =>
      evaluateSlices(model, loader, { metrics, signal }, this.#host.slices),
    );
    if (values) {
      this.#progress.validation = values;
      await this.#hooks('afterValidate');
    }
    this.#phase = 'train';
    return values;
  }

  async #interrupted(): Promise<FitResult> {
    await this.#save('interrupt');
    return { end: 'interrupted', reason: 'the signal was aborted', history: this.history };
  }

  async #hooks(
    name:
      | 'setup'
      | 'beforeFit'
      | 'afterResume'
      | 'beforeEpoch'
      | 'beforeTrain'
      | 'afterTrain'
      | 'beforeValidate'
      | 'afterValidate'
      | 'afterEpoch'
      | 'afterFit',
  ): Promise<void> {
    for (const plugin of this.#plugins) {
      const hook = plugin[name];
      if (hook) await callWaitingHook(plugin, name, hook, this);
    }
  }

  #stepHooks(name: 'beforeStep' | 'afterStep' | 'afterBatch'): void {
    for (const plugin of this.#plugins) {
      const hook = plugin[name];
      if (hook) callHook(plugin, name, hook, this);
    }
  }

  async #save(moment: SaveMoment): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.save) await callWaitingHook(plugin, 'save', plugin.save, this, moment);
    }
  }

  #loaderEpoch(epoch: number): number {
    return this.#host.state.epochsBefore + epoch;
  }
}

/** Whether what is learned may depend on a plugin: one that only looks on may be the first rank's alone. */
const isPartOfTraining = <B, O, T>(plugin: TrainingPlugin<B, O, T>): boolean =>
  [
    plugin.rewrite,
    plugin.loss,
    plugin.gradients,
    plugin.rate,
    plugin.batch,
    plugin.auxiliary,
    plugin.stateDict,
  ].some((hook) => hook !== undefined);

/** @throws UlmfitError `BAD_FIT` when the options make no sense. */
export function checkFitOptions(options: { stage: string; epochs: number; accumulate?: number }): void {
  const { stage, epochs, accumulate = 1 } = options;
  requireInteger(`${stage}: epochs`, epochs, { to: MOST_EPOCHS, code: 'BAD_FIT' });
  requireInteger(`${stage}: accumulate`, accumulate, { code: 'BAD_FIT' });
}
