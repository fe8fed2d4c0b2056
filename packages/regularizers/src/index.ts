export { weightDrop } from './weight-drop.js';
export { embeddingDropout } from './embedding-dropout.js';
export { hiddenDropout, inputDropout, outputDropout } from './variational-dropout.js';
export { headDropout } from './head-dropout.js';
export { activationRegularization, temporalActivationRegularization } from './activation-regularization.js';
export { tokenCutoff, type IdsBatch, type TokenCutoffOptions } from './token-cutoff.js';
export { weightDecay } from './weight-decay.js';
export { dropoutPresets, type DropoutPreset, type DropoutRates } from './dropout-presets.js';
export {
  awdLstmDropouts,
  classifierDropouts,
  type ClassifierDropoutOptions,
  type DropoutOptions,
  type EncoderDropoutTaps,
} from './awd-lstm-dropouts.js';
export type {
  DroppedTap,
  EmbeddingTap,
  HeadTap,
  HiddenTap,
  InputTap,
  OutputTap,
  RawTap,
  WeightHhTap,
} from './taps.js';
