import type { Parameter } from '@ulmfit/trainer';

/** Says which parameters weight decay acts on. */
export type Decays = (parameter: Parameter) => boolean;

/** Weights decay, biases and norms don't. */
export const weightsDecay: Decays = ({ kind }) => kind === 'weight';

/** Every parameter decays, as in PyTorch's optimizers. */
export const everythingDecays: Decays = () => true;

/**
 * What fastai's learner decays (`wd_bn_bias=False`): everything but norms and parameters whose name is `bias`. The
 * LSTM's two biases have other names and so decay; the decoder's and the head's don't.
 */
export const fastaiDecays: Decays = ({ kind, name }) => kind !== 'norm' && !/(^|[./])bias$/.test(name);
