export { adversarialTraining, type TextsBatch, type WordsTap } from './adversarial-training.js';
export {
  virtualAdversarialTraining,
  type LogitsOutput,
  type VirtualAdversarialOptions,
} from './virtual-adversarial-training.js';
export { entropyMinimization, type EntropyOptions } from './entropy-minimization.js';
export type { PerturbationOptions } from './perturbation-options.js';
export type { LabelOptions } from './divergence.js';
export type { ReadyLoader } from './unlabelled-batches.js';
export type { WordsContext } from './words-of-texts.js';
export { rampUp, type Weight } from './weight.js';
export { pseudoLabels, type PseudoLabelOptions, type PseudoLabels } from './pseudo-labels.js';
