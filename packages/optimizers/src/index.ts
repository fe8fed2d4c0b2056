export { adam, Adam, type AdamConstants, type AdamOptions } from './adam.js';
export { sgd, Sgd, type SgdOptions } from './sgd.js';
export { asgd, Asgd, type AsgdOptions, type AsgdSettings } from './asgd.js';
export { isNonMonotonic, ntAsgd, type NtAsgd, type NtAsgdOptions } from './nt-asgd.js';
export { everythingDecays, fastaiDecays, weightsDecay, type Decays } from './decays.js';
export {
  exponentialAverage,
  type ExponentialAverage,
  type ExponentialAverageOptions,
} from './exponential-average.js';
export { clipGlobalNorm } from './clip-global-norm.js';
export { clipValue } from './clip-value.js';
export { KeyedOptimizer, type Trained } from './keyed-optimizer.js';
export { ParameterStates } from './parameter-states.js';
