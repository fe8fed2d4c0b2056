import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelParts } from '../model/model.js';
import type { Optimizer } from '../model/optimizer.js';
import type { ParameterGroups } from '../model/parameter-groups.js';
import type { Phase } from '../model/forward-pass.js';
import type { StateDict } from '../state/stateful.js';

/** What a `stop` ends: the rest of this batch's step, this epoch's training, or the fit. */
export type StopScope = 'batch' | 'epoch' | 'fit';

/** One epoch's figures. A `type`, since it is part of a state. */
export type EpochRecord = {
  stage: string;
  epoch: number;
  /** The last update's number within the fit. */
  step: number;
  seconds: number;
  /** Mean training loss, terms and reported scalars of the epoch, and each validation figure as `valid/NAME`. */
  values: Record<string, number>;
};

/** What every hook is given. Live: it always tells the present. */
export interface TrainingContext {
  readonly stage: string;
  readonly seed: number;
  readonly phase: Phase;
  /** What is trained, as far as every model is alike. */
  readonly model: ModelParts;
  readonly groups: ParameterGroups;
  readonly optimizer: Optimizer;
  /** The epoch of this fit, from 0, and how many there are. */
  readonly epoch: number;
  readonly epochs: number;
  /** The batch of this epoch that is read next, from 0: in `beforeBatch` the one at hand. And how many there are. */
  readonly batch: number;
  readonly batches: number;
  /** The update of this fit, from 0, and how many there are. */
  readonly step: number;
  readonly steps: number;
  /** The finite numbers of the last step: `loss`, each loss term, each reported scalar. */
  readonly last: Readonly<Record<string, number>>;
  /** The figures of the last validation: `loss` and each metric. */
  readonly validation: Readonly<Record<string, number>> | undefined;
  readonly history: readonly EpochRecord[];
  /** Whether this fit goes on from a saved state. */
  readonly resumed: boolean;
  /** Whether the state before is put back after this fit, as by `findLearningRate`. */
  readonly rehearsal: boolean;
  /** Ends the scope in good order: every `after*` hook still runs. */
  stop(scope: StopScope, reason: string): void;
  /** The weights that validation sees instead of the trained ones, by parameter name, of a plugin or the optimizer; lent. */
  evaluationWeights(): Readonly<Record<string, Tensor>> | undefined;
  /** Milliseconds since 1970 by the clock of the first rank, as of the last step where there are several: for what all must decide alike. */
  readonly now: number;
  /** The whole state, lent: valid until the next step. Of what is carried from batch to batch it has this rank's slices. */
  stateDict(): StateDict;
  /** The same with what other ranks carry: what is to be saved. Each rank has to ask for it at the same moment. */
  wholeState(): Promise<StateDict>;
}
