export { constant, cosine, exponential, linear, polynomial } from './annealing.js';
export { combine, type SchedulePart } from './combine.js';
export { slantedTriangular, type SlantedTriangularOptions } from './slanted-triangular.js';
export {
  oneCycle,
  oneCycleMomentum,
  oneCyclePolicy,
  type Momentums,
  type OneCycleOptions,
} from './one-cycle.js';
export { flatCosine, type FlatCosineOptions } from './flat-cosine.js';
export { cosineWarmRestarts, type CosineWarmRestartsOptions } from './cosine-warm-restarts.js';
export { reduceOnPlateau, type ReduceOnPlateauOptions } from './reduce-on-plateau.js';
export { byEpoch } from './by-epoch.js';
export { warmup, type WarmupOptions } from './warmup.js';
export {
  learningRateSchedule,
  momentumSchedule,
  type GroupSchedule,
  type ScheduleOptions,
} from './schedule-plugins.js';
export { bpttRateScaling } from './bptt-rate-scaling.js';
export {
  findLearningRate,
  rateSuggestions,
  type FindLearningRateOptions,
  type FoundLearningRates,
  type RateSuggestionName,
  type SweptTrainer,
} from './learning-rate-finder.js';
export { minimum, slide, steep, valley, type RateSuggestion } from './rate-suggestions.js';
export { simulate, type Schedule, type ScheduleAt } from '@ulmfit/trainer';
