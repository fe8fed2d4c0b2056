import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { ForwardPass } from '../model/forward-pass.js';
import type { Gradients } from '../model/optimizer.js';
import type { Hyperparameter, PerGroup } from '../model/parameter-groups.js';
import type { Json, StateDict } from '../state/stateful.js';
import type { AuxiliaryPasses } from './auxiliary-passes.js';
import type { TrainingContext } from './training-context.js';

/** Where a fit stands, for everything that is a function of time. */
export interface ScheduleAt {
  /** The update about to be made, from 0. */
  readonly step: number;
  /** All updates of all epochs of this fit. */
  readonly steps: number;
  /** `step / steps`, from 0 up to but not including 1. */
  readonly progress: number;
  /** The epoch of this fit, from 0. */
  readonly epoch: number;
  /** All epochs of this fit. */
  readonly epochs: number;
}

/** A schedule: a pure function of time. It resumes by itself. */
export type Schedule = (at: ScheduleAt) => number;

export interface LossContext<Batch, Output> {
  readonly batch: Batch;
  readonly output: Output;
  readonly pass: ForwardPass;
}

/** What `save` is called for. */
export type SaveMoment = 'step' | 'epoch' | 'interrupt' | 'fit';

/** What a hook within a step gives back. A type of `void` alone would let an `async` one through. */
export type Nothing = void | undefined;

/** A hook within a step. It is synchronous: a step is never left half done. */
export type Hook<Extra extends unknown[] = []> = (ctx: TrainingContext, ...extra: Extra) => Nothing;

/**
 * A property that is never there; with it a type without taps is not one that takes anything. It is one of the language's
 * symbols, since one of our own would be another in each copy of this package, whose plugins would then not go together.
 */
export interface NoTap {
  readonly [Symbol.unscopables]?: never;
}

/** A hook between steps, which may wait for something. */
export type AsyncHook = (ctx: TrainingContext) => void | Promise<void>;

/**
 * A training plugin: a plain object with a name and some hooks. A plugin that is typed for another batch, output or
 * another model's taps does not compile with this one.
 */
export interface TrainingPlugin<Batch = unknown, Output = unknown, Taps = Record<never, never>> {
  /** Unique; the key of its state in checkpoints, and the name of its factor of the learning rate. */
  readonly name: string;
  /** What it was made with, as far as the training depends on it. A run that is resumed is held to it. */
  readonly settings?: Json;
  /** Before or after all others. */
  readonly enforce?: 'pre' | 'post';
  /** Runs after these where they are there. */
  readonly after?: readonly string[];
  /** Runs after these, which must be there. */
  readonly requires?: readonly string[];
  /** The hyperparameters whose absolute values it sets; two owners of one are a set-up error. */
  readonly owns?: readonly Hyperparameter[];
  /** The taps it rewrites or observes; a model without one of them is a set-up error. */
  readonly taps?: readonly (keyof Taps & string)[];

  /** Once a fit, before everything; a wrong setting throws here. */
  readonly setup?: AsyncHook;
  readonly beforeFit?: AsyncHook;
  /** Once in a fit that goes on from a saved state, when all of that state has been loaded: the plugins', too. */
  readonly afterResume?: AsyncHook;
  readonly beforeEpoch?: AsyncHook;
  readonly beforeTrain?: AsyncHook;
  readonly beforeBatch?: Hook<[batch: Batch]>;
  /**
   * Gives another batch to train on, such as with some words left out. It is a function of the batch and of where the fit
   * stands: for an error message a step may be read twice. The trainer frees both batches, and what is made on the way.
   */
  readonly batch?: <B extends Batch>(batch: B, ctx: TrainingContext) => B;
  readonly beforeStep?: Hook;
  readonly afterStep?: Hook;
  readonly afterBatch?: Hook;
  readonly afterTrain?: AsyncHook;
  readonly beforeValidate?: AsyncHook;
  readonly afterValidate?: AsyncHook;
  readonly afterEpoch?: AsyncHook;
  readonly afterFit?: AsyncHook;
  /** The state is whole: the one place to write a checkpoint. After every step, epoch, interruption and fit. */
  readonly save?: (ctx: TrainingContext, moment: SaveMoment) => void | Promise<void>;
  readonly onError?: (ctx: TrainingContext, error: unknown) => void | Promise<void>;

  /** A factor of the learning rate, for all groups or by group name. */
  readonly rate?: (at: ScheduleAt) => PerGroup<number>;
  /** Absolute values of hyperparameters it owns, set again at each step. */
  readonly hyper?: { readonly [H in Exclude<Hyperparameter, 'lr'>]?: (at: ScheduleAt) => PerGroup<number> };

  /** Replaces a tapped tensor in training. */
  readonly rewrite?: {
    readonly [Tap in keyof Taps]?: (x: Tensor, pass: ForwardPass, context: Taps[Tap]) => Tensor;
  } & NoTap;
  /** Sees a tapped tensor in training, after every rewrite. */
  readonly observe?: {
    readonly [Tap in keyof Taps]?: (x: Tensor, pass: ForwardPass, context: Taps[Tap]) => void;
  } & NoTap;
  /** Named terms added to what is differentiated; logged one by one, outside the reported loss. Within the tape. */
  readonly loss?: (ctx: LossContext<Batch, Output>) => Readonly<Record<string, Scalar>> | undefined;
  /**
   * Other passes to learn from, such as over perturbed words or of texts without labels. Called for each micro-batch when its own
   * gradients are made, outside of a tape: what is not needed any more is the plugin's to dispose, or made in a `tidy`.
   */
  readonly auxiliary?: (passes: AuxiliaryPasses<Batch, Output>, ctx: TrainingContext) => Nothing;
  /**
   * Replaces the gradients, such as by clipping: those of the mean loss over the step's `targets`. Within a tidy; no
   * read-back. `report` logs a scalar of the step.
   */
  readonly gradients?: (
    gradients: Gradients,
    ctx: TrainingContext,
    report: (name: string, value: Scalar) => void,
    targets: number,
  ) => Gradients;
  /**
   * Weights to validate, export and keep instead of the trained ones, by parameter name; lent, not given. They come before
   * the optimizer's own; one plugin alone may have some.
   */
  readonly evaluationWeights?: () => Readonly<Record<string, Tensor>> | undefined;

  readonly stateDict?: () => StateDict;
  /** Gets what `stateDict` gave, so it may name the JSON's shape. */
  loadStateDict?(state: StateDict): void;
}
