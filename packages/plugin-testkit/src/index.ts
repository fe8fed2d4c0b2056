export { testPlugin, type MakePlugin, type PluginInCompany } from './test-plugin.js';
export {
  testSchedule,
  type GroupSchedule,
  type ScheduleOf,
  type TestScheduleOptions,
} from './test-schedule.js';
export { testOptimizer, type TestOptimizerOptions } from './test-optimizer.js';
export { testEncoder, type TestedEncoder } from './test-encoder.js';
export { testTask, type MakeTask, type TestTaskOptions } from './test-task.js';
export { toyTextBench, type Bench } from './bench.js';
export {
  toyLoader,
  toyModel,
  type ToyBatch,
  type ToyLoader,
  type ToyModelOptions,
  type ToyTaps,
} from './toy-model.js';
export { toyTextLoader, toyTextModel, type ToyTextBatch, type ToyTextTaps } from './toy-text-model.js';
export { toyRanks } from './toy-ranks.js';
export { toyTrainer, type ToyTrainer, type ToyTrainerOptions } from './toy-trainer.js';
export { momentumSgd, type MomentumSgdOptions } from './momentum-sgd.js';
export { snapshot, type FrozenTensor, type Snapshot } from './snapshot.js';
export { emptyBatches, oneWeight } from './one-weight.js';
