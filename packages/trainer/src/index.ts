export { createTrainer, Trainer, type TrainerOptions } from './trainer.js';
export type { FitOptions, FitResult } from './fit.js';
export type {
  AsyncHook,
  Hook,
  LossContext,
  Nothing,
  NoTap,
  SaveMoment,
  Schedule,
  ScheduleAt,
  TrainingPlugin,
} from './plugin.js';
export type { EpochRecord, StopScope, TrainingContext } from './training-context.js';
export type { ForwardPass, Phase, TapOptions } from './forward-pass.js';
export { inferencePass, Pass, type PassOptions, type TapHandlers } from './pass.js';
export { CarriedStates } from './carried-states.js';
export type { Model } from './model.js';
export type { Cursor, Loader } from './loader.js';
export type { MeanMetric, Metric, SumsMetric } from './metric.js';
export type { Gradients, Optimizer, OptimizerFactory } from './optimizer.js';
export {
  assignByName,
  buffer,
  parameter,
  type Buffer,
  type Parameter,
  type ParameterKind,
} from './parameter.js';
export {
  parameterGroup,
  ParameterGroups,
  type Hyperparameter,
  type Hyperparameters,
  type ParameterGroup,
  type PerGroup,
} from './parameter-groups.js';
export { prefixTensors, tensorsUnder, type Json, type StateDict, type Stateful } from './stateful.js';
export { evaluate, type EvaluateOptions } from './evaluate.js';
export { simulate } from './simulate.js';
export type { WatchOptions } from './watched-figure.js';
export { earlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
export { keepBest, type BestEpoch, type KeepBest, type Restorable } from './keep-best.js';
export { spikeWarning, type SpikeWarningOptions } from './spike-warning.js';
export { checkpointing, type CheckpointingOptions } from './checkpointing.js';
export type { CheckpointInfo, CheckpointStore, RejectedCheckpoint } from './checkpoint-store.js';
export { memoryStore } from './memory-store.js';
export { disposeBatch } from './dispose-batch.js';
export { isFiniteTensor } from './finite-probe.js';
export { yieldToEvents } from './yield-to-events.js';
