import { dispose, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { CarriedStates } from '../state/carried-states.js';
import { disposeBatch } from './dispose-batch.js';
import { evaluate } from './evaluate.js';
import { FiniteProbe, isFiniteTensor } from './finite-probe.js';
import type { ForwardPass, Phase } from '../model/forward-pass.js';
import type { Cursor, Loader } from './loader.js';
import type { Metric } from '../model/metric.js';
import type { Model } from '../model/model.js';
import type { Optimizer } from '../model/optimizer.js';
import type { Parameter } from '../model/parameter.js';
import type { ParameterGroups, PerGroup } from '../model/parameter-groups.js';
import { Pass, type TapHandlers } from '../model/pass.js';
import type { SaveMoment, TrainingPlugin } from '../plugin/plugin.js';
import { callHook, callWaitingHook } from '../plugin/call-hook.js';
import type { PluginList } from '../plugin/plugin-list.js';
import { evaluationWeights, withWeights } from './evaluation-weights.js';
import { applyRates } from './rates.js';
import { RunningMeans } from './running-means.js';
import type { Json, StateDict } from '../state/stateful.js';
import { prefixTensors } from '../state/stateful.js';
import { tapHandlers } from '../plugin/tap-handlers.js';
import {
  Accumulator,
  notFinite,
  notFiniteError,
  differentiate,
  readScalars,
  requireGradients,
  transformGradients,
} from './train-step.js';
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
export interface FitHost<Batch, Output, Taps> {
  readonly model: Model<Batch, Output, Taps>;
  readonly groups: ParameterGroups;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric<Batch, Output>[];
  readonly seed: number;
  readonly history: EpochRecord[];
  /** Epochs begun by earlier fits, so that no two epochs shuffle alike. */
  epochsBefore: number;
  coreState(): StateDict;
}

/** Where a fit stands, as a checkpoint keeps it. A `type`: TypeScript takes no `interface` for JSON. */
export type FitState = {
  stage: string;
  cursor: Cursor;
  /** What comes next: a new epoch with its hooks, the rest of its training, its validation, or nothing. */
  next: 'epoch' | 'train' | 'validate' | 'end';
  step: number;
  /** All updates of the fit: another number means other epochs, batches or accumulation. */
  steps: number;
  epochsBefore: number;
  seconds: number;
  sums: Record<string, { sum: number; weight: number }>;
  last: Record<string, number>;
  validation: Record<string, number> | null;
  stop: { scope: StopScope; reason: string } | null;
  plugins: Record<string, Json>;
};

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
  readonly #carried = new CarriedStates();
  readonly #means = new RunningMeans();
  readonly #accumulator = new Accumulator();
  #cursor: Cursor = { epoch: 0, batch: 0 };
  #next: FitState['next'] = 'epoch';
  #step = 0;
  #steps = 0;
  #phase: Phase = 'train';
  #stop: { scope: StopScope; reason: string } | null = null;
  #skipStep = false;
  #startedAt = Date.now();
  #validation: Record<string, number> | undefined;
  #last: Record<string, number> = {};
  #resumed = false;

  constructor(
    host: FitHost<Batch, Output, Taps>,
    options: FitOptions<Batch, Output, Taps>,
    plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  ) {
    this.#host = host;
    this.#options = options;
    this.#plugins = plugins;
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
    return this.#cursor.epoch;
  }
  get epochs(): number {
    return this.#options.epochs;
  }
  get batch(): number {
    return this.#cursor.batch;
  }
  get batches(): number {
    return this.#options.train.batches(this.#loaderEpoch(this.epoch));
  }
  get step(): number {
    return this.#step;
  }
  get steps(): number {
    return this.#steps;
  }
  get last(): Readonly<Record<string, number>> {
    return this.#last;
  }
  get validation(): Readonly<Record<string, number>> | undefined {
    return this.#validation;
  }
  get history(): readonly EpochRecord[] {
    return this.#host.history;
  }
  get resumed(): boolean {
    return this.#resumed;
  }
  get rehearsal(): boolean {
    return this.#options.rehearsal ?? false;
  }
  get #accumulate(): number {
    return this.#options.accumulate ?? 1;
  }

  stop(scope: StopScope, reason: string): void {
    if (scope === 'batch') this.#skipStep = true;
    else if (this.#stop?.scope !== 'fit') this.#stop = { scope, reason };
  }

  evaluationWeights(): Readonly<Record<string, Tensor>> | undefined {
    return evaluationWeights(this.#plugins, this.optimizer);
  }

  stateDict(): StateDict {
    const core = this.#host.coreState();
    const tensors = { ...core.tensors, ...prefixTensors('carried', this.#carried.tensors()) };
    const plugins: Record<string, Json> = {};
    for (const plugin of this.#plugins) {
      const state = plugin.stateDict?.();
      if (!state) continue;
      plugins[plugin.name] = state.json;
      Object.assign(tensors, prefixTensors(`plugin/${plugin.name}`, state.tensors));
    }
    const fit: FitState = {
      stage: this.stage,
      cursor: { ...this.#cursor },
      next: this.#next,
      step: this.#step,
      steps: this.steps,
      epochsBefore: this.#host.epochsBefore,
      seconds: (Date.now() - this.#startedAt) / 1000,
      sums: this.#means.toJson(),
      last: { ...this.#last },
      validation: this.#validation ? { ...this.#validation } : null,
      stop: this.#stop && { ...this.#stop },
      plugins,
    };
    return { json: { ...(core.json as object), fit }, tensors };
  }

  /**
   * @param resume a saved fit of this stage with its carried states; `load` loads the rest of it, `taken` is called when
   *   nothing of it is needed any more
   */
  async run(resume?: {
    state: FitState;
    carried: Record<string, Tensor>;
    load(): void;
    taken(): void;
  }): Promise<FitResult> {
    this.#resumed = resume !== undefined;
    let isWaiting = this.#resumed;
    try {
      requireGradients();
      for (const [what, batches] of [
        ['training', this.batches],
        ['validation', this.#options.validate?.batches(0) ?? 1],
      ] as const) {
        if (batches < 1) throw new UlmfitError('NO_BATCHES', `${this.stage}: the ${what} loader has none`);
      }
      await this.#countSteps();
      await this.#hooks('setup');
      if (this.#options.lr !== undefined) this.groups.setBase({ lr: this.#options.lr });
      await this.#hooks('beforeFit');
      if (resume) {
        // After `beforeFit`, so that what it has reset is as it was when the state was saved.
        resume.load();
        this.#carried.load(resume.carried);
        const { cursor, next, step, steps, epochsBefore, seconds, sums, last, validation, stop } =
          resume.state;
        this.#cursor = { ...cursor };
        this.#next = next;
        this.#step = step;
        this.#host.epochsBefore = epochsBefore;
        await this.#countSteps();
        if (this.steps !== steps) {
          throw new UlmfitError(
            'STATE_MISMATCH',
            `${this.stage}: the state is of a fit of ${steps} updates, this one has ${this.steps}; resume with the same data, epochs and accumulation`,
          );
        }
        this.#startedAt = Date.now() - seconds * 1000;
        this.#means.fromJson(sums);
        this.#last = last;
        this.#validation = validation ?? undefined;
        this.#stop = stop;
        resume.taken();
        isWaiting = false;
        await this.#hooks('afterResume');
      }
      return await this.#epochs();
    } catch (error) {
      await this.#tell(error);
      throw error;
    } finally {
      // An epoch that was only begun has shown its order too. A state that waits still has begun none here.
      if (!isWaiting)
        this.#host.epochsBefore += this.epoch + Number(['train', 'validate'].includes(this.#next));
      this.#carried.reset();
      this.#accumulator.discard();
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
    this.#steps = 0;
    for (let epoch = 0; epoch < this.epochs; epoch++) {
      this.#steps += Math.ceil(train.batches(this.#loaderEpoch(epoch)) / this.#accumulate);
      if (Date.now() < pause) continue;
      await yieldToEvents();
      signal?.throwIfAborted();
      pause = Date.now() + COUNTING;
    }
  }

  async #epochs(): Promise<FitResult> {
    const host = this.#host;
    const { history } = host;
    const { signal, validate } = this.#options;
    // A stop ends no epoch in its middle: its validation and its `after*` hooks still run, after a resumption too.
    const goesOn = () =>
      this.#next === 'epoch' ? this.epoch < this.epochs && this.#stop?.scope !== 'fit' : this.#next !== 'end';
    while (goesOn()) {
      if (signal?.aborted) return this.#interrupted();
      if (this.#next === 'epoch') {
        this.#startedAt = Date.now();
        this.#means.reset();
        this.#carried.reset();
        await this.#hooks('beforeEpoch');
        await this.#hooks('beforeTrain');
        this.#next = 'train';
      }
      if (this.#next === 'train') {
        if ((await this.#train()) === 'interrupted') return this.#interrupted();
        await this.#hooks('afterTrain');
      }
      const values = this.#means.means();
      if (validate) {
        const validation = await this.#validate(validate);
        if (!validation) return this.#interrupted();
        for (const [name, value] of Object.entries(validation)) values[`valid/${name}`] = value;
      }
      const seconds = (Date.now() - this.#startedAt) / 1000;
      host.history.push({ stage: this.stage, epoch: this.epoch, step: this.#step, seconds, values });
      await this.#hooks('afterEpoch');
      this.#cursor = { epoch: this.epoch + 1, batch: 0 };
      this.#next = 'epoch';
      if (this.#stop?.scope === 'epoch') this.#stop = null;
      await this.#save('epoch');
    }
    const stop = this.#stop;
    if (this.#next !== 'end') await this.#hooks('afterFit');
    this.#next = 'end';
    await this.#save('fit');
    return stop ? { end: 'stopped', reason: stop.reason, history } : { end: 'done', history };
  }

  /** The rest of this epoch's steps. */
  async #train(): Promise<'done' | 'interrupted'> {
    this.#phase = 'train';
    const { train, signal } = this.#options;
    const reader = train.open({ epoch: this.#loaderEpoch(this.epoch), batch: this.#cursor.batch });
    const steps = this.steps;
    let next = await reader.next();
    try {
      while (!next.done && !this.#stop) {
        const { step } = this;
        const { batch } = this.#cursor;
        const passes: Pass[] = [];
        this.#skipStep = false;
        try {
          while (passes.length < this.#accumulate && !next.done) {
            this.#microBatch(next.value, passes, steps);
            next = await reader.next();
          }
          await this.#update(passes);
        } catch (error) {
          // The step never was: a state that is saved now begins with its batches.
          if (this.#step === step) this.#cursor.batch = batch;
          throw error;
        } finally {
          for (const pass of passes) pass.discard();
        }
        this.#stepHooks('afterBatch');
        await this.#save('step');
        await yieldToEvents();
        if (signal?.aborted) return 'interrupted';
      }
      return 'done';
    } finally {
      // A batch that was read ahead of a stop is not trained on.
      if (!next.done) disposeBatch(next.value);
      await reader.return?.();
    }
  }

  /** @param passes those of the step's micro-batches so far; this one's comes on top */
  #microBatch(batch: Batch, passes: Pass[], steps: number): void {
    const { model, groups } = this.#host;
    const all: Batch[] = [batch];
    try {
      for (const plugin of this.#plugins) {
        if (plugin.beforeBatch) callHook(plugin, 'beforeBatch', plugin.beforeBatch, this, batch);
      }
      const input = this.#replaced(batch, all);
      const { epoch, epochs } = this;
      const at = { step: this.#step, steps, progress: this.#step / steps, epoch, epochs };
      if (passes.length === 0) applyRates(groups, this.#plugins, at);
      const trained = groups.unfrozen;
      const pass = this.#pass(passes, this.#handlers, trained);
      passes.push(pass);
      const targets = model.targets(input);
      this.#accumulator.add(differentiate(model, input, pass, this.#plugins, trained), targets);
      this.#cursor.batch++;
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

  /** @param before those of the step's micro-batches that were before this one */
  #pass(before: readonly Pass[], handlers: TapHandlers, trained: readonly Parameter[]): Pass {
    return new Pass({
      phase: 'train',
      carried: this.#carried,
      seed: this.seed,
      stage: this.stage,
      step: this.#step,
      microBatch: before.length,
      previous: before.at(-1),
      handlers,
      trained: new Set(trained),
    });
  }

  /**
   * Runs the step's passes again, which read and draw the same, and looks at each tensor on its way.
   * @param count of micro-batches
   */
  async #firstNotFinite(count: number): Promise<string | undefined> {
    const { model, groups } = this.#host;
    const parameter = groups.parameters.find((p) => !isFiniteTensor(p.variable));
    if (parameter) return `the parameter ${parameter.name}`;
    const probe = new FiniteProbe();
    const passes: Pass[] = [];
    const { epoch, batch } = this.#cursor;
    const reader = this.#options.train.open({ epoch: this.#loaderEpoch(epoch), batch: batch - count });
    try {
      for (let next = await reader.next(); !next.done; next = await reader.next()) {
        const all: Batch[] = [next.value];
        const pass = this.#pass(passes, probe.handlers(this.#handlers), groups.unfrozen);
        // What a plugin made of the batch depends on where the fit stood.
        this.#cursor.batch = batch - count + passes.length;
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
      this.#cursor.batch = batch;
      await reader.return?.();
      for (const pass of passes) pass.discard();
    }
    return probe.first;
  }

  async #update(passes: readonly Pass[]): Promise<void> {
    const { weight, ...mean } = this.#accumulator.take();
    const gradients = transformGradients(mean, this.#plugins, this, weight);
    try {
      const values = readScalars(mean.scalars);
      const at = `${this.stage}, epoch ${this.epoch + 1}, step ${this.#step + 1}`;
      const wrong = notFinite(values);
      if (wrong) throw notFiniteError(wrong, gradients, at, await this.#firstNotFinite(passes.length));
      this.#last = values;
      for (const [name, value] of Object.entries(values)) this.#means.add(name, value * weight, weight);
      this.#stepHooks('beforeStep');
      if (!this.#skipStep) this.optimizer.step(gradients);
      for (const pass of passes) pass.commit();
      this.#step++;
      this.#stepHooks('afterStep');
    } finally {
      dispose(Object.values(gradients));
    }
  }

  async #validate(loader: Loader<Batch>): Promise<Record<string, number> | undefined> {
    const { model, metrics } = this.#host;
    this.#phase = 'validate';
    // One that was interrupted starts again, but what its `beforeValidate` did is in the state already.
    if (this.#next === 'train') await this.#hooks('beforeValidate');
    this.#next = 'validate';
    const { signal } = this.#options;
    const values = await withWeights(this.groups.parameters, this.evaluationWeights(), () =>
      evaluate(model, loader, { metrics, signal }),
    );
    if (values) {
      this.#validation = values;
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
    return this.#host.epochsBefore + epoch;
  }
}

/** @throws UlmfitError `BAD_FIT` when the options make no sense. */
export function checkFitOptions(options: { stage: string; epochs: number; accumulate?: number }): void {
  const { stage, epochs, accumulate = 1 } = options;
  requireInteger(`${stage}: epochs`, epochs, { to: MOST_EPOCHS, code: 'BAD_FIT' });
  requireInteger(`${stage}: accumulate`, accumulate, { code: 'BAD_FIT' });
}
