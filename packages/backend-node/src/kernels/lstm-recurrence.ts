import { nativeKernel } from '../native/execute.js';
import { precision } from '../native/precision.js';
import type { OpAttribute, TensorFlowBackend } from '../tensorflow-backend.js';

/** All time steps of an LSTM layer in one call. */
export const lstmRecurrence = nativeKernel('UlmfitLstmRecurrence', (backend, input) =>
  backend.executeMultipleOutputs(
    'UlmfitLstmRecurrence',
    precisionAttribute(backend),
    ['z', 'weightHh', 'h', 'c'].map(input),
    3,
  ),
);

/** Its gradient with respect to the pre-activations. */
export const lstmRecurrenceGrad = nativeKernel('UlmfitLstmRecurrenceGrad', (backend, input) =>
  backend.executeMultipleOutputs(
    'UlmfitLstmRecurrenceGrad',
    precisionAttribute(backend),
    ['dOutput', 'gates', 'cells', 'c', 'weightHh'].map(input),
    1,
  ),
);

function precisionAttribute({ binding }: TensorFlowBackend): OpAttribute[] {
  return [{ name: 'narrow', type: binding.TF_ATTR_BOOL, value: precision() === 'bfloat16' }];
}
