import type { StateDict } from './stateful.js';

/** What is known of a checkpoint without reading it. */
export interface CheckpointInfo {
  readonly name: string;
  readonly stage: string;
  readonly epoch: number;
  readonly step: number;
  /** The watched figure at that moment, where something watched one. */
  readonly value?: number;
}

/** A checkpoint that cannot be used, and why. */
export interface RejectedCheckpoint {
  readonly name: string;
  readonly reason: string;
}

/** Where checkpoints are kept: a folder (`@ulmfit/checkpoint`), memory, a bucket. Saving under a taken name replaces it. */
export interface CheckpointStore {
  save(info: CheckpointInfo, state: StateDict): void | Promise<void>;
  /** From the oldest to the newest, without those that cannot be read so far as to be listed. */
  list(): readonly CheckpointInfo[] | Promise<readonly CheckpointInfo[]>;
  /** Those that `list` leaves out because they are damaged. */
  rejected?(): readonly RejectedCheckpoint[] | Promise<readonly RejectedCheckpoint[]>;
  /** The caller owns the tensors. @throws UlmfitError `CORRUPT_CHECKPOINT` for a damaged one: an older one may do */
  load(name: string): StateDict | Promise<StateDict>;
  remove(name: string): void | Promise<void>;
}
