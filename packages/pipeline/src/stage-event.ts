import type { LinearProgress } from '@ulmfit/linear';

/** A fit begins, or goes on from a checkpoint. */
export interface BeginEvent {
  readonly type: 'begin';
  /** `pretrain`, `finetune` or `classify`. */
  readonly stage: string;
  /** Of the stage's fits, such as `classify.2-all`. */
  readonly fit: string;
  /** Of the whole fit, as are `steps`. */
  readonly epochs: number;
  readonly steps: number;
  /** Where it begins; above 0 where it goes on. */
  readonly epoch: number;
  readonly step: number;
}

/** The weights were updated. */
export interface StepEvent {
  readonly type: 'step';
  readonly stage: string;
  readonly fit: string;
  /** From 0. */
  readonly epoch: number;
  /** Steps of the fit so far, this one among them, and in all. */
  readonly step: number;
  readonly steps: number;
  /** Figures of the step, such as `loss` and `gradNorm`. */
  readonly values: Readonly<Record<string, number>>;
  /** The learning rate of the top group. */
  readonly lr: number;
}

/** An epoch has ended, with its validation. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly stage: string;
  readonly fit: string;
  /** From 0. */
  readonly epoch: number;
  /** Steps of the fit so far. */
  readonly step: number;
  /** What the epoch took. */
  readonly seconds: number;
  /** `train/loss`, `valid/loss` and the other figures. */
  readonly values: Readonly<Record<string, number>>;
}

/** Texts are being tokenized. */
export interface TokenizeEvent {
  readonly type: 'tokenize';
  readonly stage: string;
  /** So far. */
  readonly documents: number;
  /** So far. */
  readonly tokens: number;
  /** Whether that is all. */
  readonly done: boolean;
  /** They were tokenized another time and are read from the cache. */
  readonly cached?: true;
}

/** The linear model is being trained: how far it is. */
export type LinearEvent = { readonly type: 'linear'; readonly stage: string } & LinearProgress;

/** What the user should know, in one line. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

/** Texts are being scored. */
export interface EvaluateEvent {
  readonly type: 'evaluate';
  readonly stage: string;
  /** Batches so far. */
  readonly done: number;
  readonly batches: number;
}

/** A classifier has labelled texts itself, which the next one learns from. */
export interface PseudoLabelsEvent {
  readonly type: 'pseudo-labels';
  readonly stage: string;
  /** From 1. */
  readonly round: number;
  /** Those that were chosen. */
  readonly texts: number;
  /** Of the texts that were labelled, the share of each class. */
  readonly shares: readonly number[];
  /** The mean probability of the labels of those that were chosen. */
  readonly probability: number;
}

/** What a stage tells while it works: enough for a progress bar, a log and a report. */
export type StageEvent =
  | BeginEvent
  | StepEvent
  | EpochEvent
  | TokenizeEvent
  | LinearEvent
  | WarningEvent
  | EvaluateEvent
  | PseudoLabelsEvent;
