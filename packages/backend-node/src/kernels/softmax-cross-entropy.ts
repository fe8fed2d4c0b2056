import { nativeKernel } from '../native/execute.js';

/** The loss of each row and `softmax - onehot`. */
export const softmaxCrossEntropy = nativeKernel('UlmfitSoftmaxCrossEntropy', (backend, input) =>
  backend.executeMultipleOutputs('UlmfitSoftmaxCrossEntropy', [], ['logits', 'targets'].map(input), 2),
);
