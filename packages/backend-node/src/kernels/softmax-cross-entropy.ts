import { nativeKernel } from '../native/execute.js';

interface SoftmaxCrossEntropyAttributes {
  readonly needsGradient: boolean;
}

/** The loss of each row, `softmax - onehot` and its sum over the rows. */
export const softmaxCrossEntropy = nativeKernel<SoftmaxCrossEntropyAttributes>(
  'UlmfitSoftmaxCrossEntropy',
  (backend, input, { needsGradient }) =>
    backend.executeMultipleOutputs(
      'UlmfitSoftmaxCrossEntropy',
      [{ name: 'needs_gradient', type: backend.binding.TF_ATTR_BOOL, value: needsGradient }],
      ['logits', 'bias', 'targets'].map(input),
      3,
    ),
);
