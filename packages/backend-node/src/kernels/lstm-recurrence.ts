import { nativeKernel } from '../native/execute.js';
import { narrowAttribute } from '../native/precision-attribute.js';

/** All time steps of an LSTM layer in one call, where others make its products. */
export const lstmRecurrence = nativeKernel('UlmfitLstmRecurrence', (backend, input) =>
  backend.executeMultipleOutputs(
    'UlmfitLstmRecurrence',
    narrowAttribute(backend),
    (['z', 'weightHh', 'h', 'c'] as const).map(input),
    3,
  ),
);

/** Its gradient with respect to the pre-activations. */
export const lstmRecurrenceGrad = nativeKernel('UlmfitLstmRecurrenceGrad', (backend, input) =>
  backend.executeMultipleOutputs(
    'UlmfitLstmRecurrenceGrad',
    narrowAttribute(backend),
    (['dOutput', 'gates', 'cells', 'c', 'weightHh'] as const).map(input),
    1,
  ),
);
