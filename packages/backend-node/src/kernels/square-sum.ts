import { nativeKernel } from '../native/execute.js';
import type { OpAttribute, TensorFlowBackend } from '../tensorflow-backend.js';

const ofChanges = ({ binding }: TensorFlowBackend, changes: boolean): OpAttribute[] => [
  { name: 'changes', type: binding.TF_ATTR_BOOL, value: changes },
];

/** The sum of all squares, of the numbers or of their changes along the first axis. */
export const squareSum = nativeKernel('UlmfitSquareSum', (backend, input, { changes }) => [
  backend.executeSingleOutput('UlmfitSquareSum', ofChanges(backend, changes), [input('x')]),
]);

/** The gradient of `factor` times that sum. */
export const squareSumGrad = nativeKernel('UlmfitSquareSumGrad', (backend, input, { changes }) => [
  backend.executeSingleOutput(
    'UlmfitSquareSumGrad',
    ofChanges(backend, changes),
    (['x', 'factor'] as const).map(input),
  ),
]);
