import { nativeKernel, type NativeKernelFunction } from '../native/execute.js';

interface SquareSumAttributes {
  readonly changes: boolean;
}

/** Runs the op of this name on these inputs. */
const run =
  (op: string, ...inputs: readonly string[]): NativeKernelFunction<SquareSumAttributes> =>
  (backend, input, { changes }) => [
    backend.executeSingleOutput(
      op,
      [{ name: 'changes', type: backend.binding.TF_ATTR_BOOL, value: changes }],
      inputs.map(input),
    ),
  ];

/** The sum of all squares, of the numbers or of their changes along the first axis. */
export const squareSum = nativeKernel('UlmfitSquareSum', run('UlmfitSquareSum', 'x'));

/** The gradient of `factor` times that sum. */
export const squareSumGrad = nativeKernel('UlmfitSquareSumGrad', run('UlmfitSquareSumGrad', 'x', 'factor'));
