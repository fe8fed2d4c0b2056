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

/** Where checkpoints are kept: a folder (`@ulmfit/checkpoint`), memory, a bucket. Saving under a taken name replaces it. */
export interface CheckpointStore {
  save(info: CheckpointInfo, state: StateDict): void | Promise<void>;
  /** From the oldest to the newest. */
  list(): readonly CheckpointInfo[] | Promise<readonly CheckpointInfo[]>;
  /** The caller owns the tensors. */
  load(name: string): StateDict | Promise<StateDict>;
  remove(name: string): void | Promise<void>;
}
