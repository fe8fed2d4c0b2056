import { executeWithValues, nativeKernel } from '../native/execute.js';
import { narrowAttribute } from '../native/precision-attribute.js';

/** The loss of each row, `softmax - onehot` and its sum over the rows. */
export const softmaxCrossEntropy = nativeKernel(
  'UlmfitSoftmaxCrossEntropy',
  (backend, input, { needsGradient }) =>
    backend.executeMultipleOutputs(
      'UlmfitSoftmaxCrossEntropy',
      [{ name: 'needs_gradient', type: backend.binding.TF_ATTR_BOOL, value: needsGradient }],
      (['logits', 'bias', 'targets'] as const).map(input),
      3,
    ),
);

/** The same for a tied decoder, its products too: the loss of each row, and the gradients of their sum. */
export const tiedSoftmaxCrossEntropy = nativeKernel(
  'UlmfitTiedSoftmaxCrossEntropy',
  (backend, input, { needsGradient }) =>
    executeWithValues(
      backend,
      'UlmfitTiedSoftmaxCrossEntropy',
      narrowAttribute(backend),
      (['hidden', 'weight', 'bias', 'targets'] as const).map(input),
      { data: Int32Array.of(Number(needsGradient)), shape: [1] },
      4,
    ),
);
