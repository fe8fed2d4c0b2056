export { dividedRates, slicedRates, type RateRange } from './divided-rates.js';
export { discriminativeRates, rateSlice, type DiscriminativeRatesOptions } from './discriminative-rates.js';
export { freezeTo, trainOnly, unfreezeEachEpoch, type UnfreezeEachEpochOptions } from './freezing.js';
export { chainThaw, chainThawStages } from './chain-thaw.js';
export { unfreezingPlan, type StageFit, type UnfreezingStage } from './unfreezing-plan.js';
export {
  chainThawPlan,
  fastaiImdbClassifier,
  fastaiImdbLanguageModel,
  fineTuning,
  gradualUnfreezing,
  type FineTuningOptions,
  type GradualUnfreezingOptions,
} from './recipes.js';
