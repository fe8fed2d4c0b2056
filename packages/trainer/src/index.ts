export { createTrainer, Trainer, type TrainerOptions } from './loop/trainer.js';
export { definePlugin } from './plugin/define-plugin.js';
export { flatPlugins, type PluginList } from './plugin/plugin-list.js';
export type { FitOptions, FitResult } from './loop/fit.js';
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
} from './plugin/plugin.js';
export type { EpochRecord, StopScope, TrainingContext } from './plugin/training-context.js';
export type { ForwardPass, Phase, TapOptions } from './model/forward-pass.js';
export { requireTimeMajor, timeMajor, type TimeMajor } from './model/time-major.js';
export { inferencePass, Pass, type PassOptions, type TapHandlers } from './model/pass.js';
export { CarriedStates } from './state/carried-states.js';
export type { Model, ModelParts } from './model/model.js';
export type { Cursor, Loader, SlicedLoader } from './loop/loader.js';
export { firstThenOthers, gatherJson, type Collective, type GatherOptions } from './ranks/collective.js';
export { requireSameRanks } from './ranks/require-same-ranks.js';
export { firstSaves } from './ranks/first-saves.js';
export { requireSlices, type Slices, type SlicesOptions } from './ranks/slices.js';
export type { MeanMetric, Metric, SumsMetric } from './model/metric.js';
export {
  requireOptimizer,
  type Gradients,
  type Optimizer,
  type OptimizerFactory,
} from './model/optimizer.js';
export { requirePlugin } from './plugin/check-plugins.js';
export {
  assignByName,
  buffer,
  parameter,
  type Buffer,
  type Parameter,
  type ParameterKind,
} from './model/parameter.js';
export {
  parameterGroup,
  parameterGroups,
  type Hyperparameter,
  type Hyperparameters,
  type ParameterGroup,
  type ParameterGroups,
  type PerGroup,
} from './model/parameter-groups.js';
export { prefixTensors, tensorsUnder, type Json, type StateDict, type Stateful } from './state/stateful.js';
export { requireState } from './state/require-state.js';
export { evaluate, type EvaluateOptions } from './loop/evaluate.js';
export { simulate, type SimulateOptions } from './loop/simulate.js';
export type { AuxiliaryOptions, AuxiliaryPasses } from './plugin/auxiliary-passes.js';
export { figureOf, isBetterFigure, watchSettings, type WatchOptions } from './plugin/watched-figure.js';
export { earlyStopping, type EarlyStoppingOptions } from './plugins/early-stopping.js';
export { keepBest, type BestEpoch, type KeepBest, type Restorable } from './plugins/keep-best.js';
export { spikeWarning, type SpikeWarningOptions } from './plugins/spike-warning.js';
export { csvLogger, type CsvLoggerOptions } from './plugins/csv-logger.js';
export { checkpointing, type CheckpointingOptions } from './plugins/checkpointing.js';
export type { CheckpointInfo, CheckpointStore, RejectedCheckpoint } from './state/checkpoint-store.js';
export { memoryStore } from './state/memory-store.js';
export { disposeBatch } from './loop/dispose-batch.js';
export { isFiniteTensor } from './loop/finite-probe.js';
export { yieldToEvents } from './loop/yield-to-events.js';
