import type { KernelFunc, NamedTensorInfoMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { FastKernelAttributes, FastKernelInputs, FastKernelName } from '@ulmfit/kernels';
import type { FastKernel } from '../kernels/fast-kernel.js';
import { isTensorFlowBackend, type OpAttribute, type TensorFlowBackend } from '../tensorflow-backend.js';

/** One of the fast kernels of `@ulmfit/kernels`: inputs by name and attributes to the outputs. */
export type NativeKernelFunction<Name extends FastKernelName> = (
  backend: TensorFlowBackend,
  input: (name: keyof FastKernelInputs<Name> & string) => TensorInfo,
  attributes: FastKernelAttributes<Name>,
) => Tensor[];

/** A {@link FastKernel} that takes no other's place. */
export function nativeKernel<Name extends FastKernelName>(
  kernelName: Name,
  run: NativeKernelFunction<Name>,
): FastKernel {
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) => {
    if (!isTensorFlowBackend(backend)) {
      throw new UlmfitError('BAD_KERNEL_CALL', `${kernelName} runs on the tensorflow backend only.`);
    }
    const input = (name: string): TensorInfo => {
      const tensor = (inputs as NamedTensorInfoMap)[name];
      if (tensor === undefined) {
        throw new UlmfitError('BAD_KERNEL_CALL', `${kernelName} was called without its input ${name}.`);
      }
      return tensor;
    };
    // The cast: a kernel is called by `runFast`, which is typed by its name.
    return run(backend, input, attrs as unknown as FastKernelAttributes<Name>);
  };
  return { kernelName, create: () => kernelFunc };
}

/** Runs an op whose last input are numbers from JavaScript, such as the coordinates of a random draw. */
export function executeWithValues(
  backend: TensorFlowBackend,
  name: string,
  attributes: readonly OpAttribute[],
  inputs: readonly TensorInfo[],
  values: { readonly data: Int32Array | Float32Array; readonly shape: readonly number[] },
  outputs: number,
): Tensor[] {
  const { binding } = backend;
  const dtype = values.data instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT;
  const id = binding.createTensor(values.shape, dtype, values.data);
  try {
    return binding
      .executeOp(name, attributes, [...backend.getInputTensorIds(inputs), id], outputs)
      .map((made) => backend.createOutputTensor(made));
  } finally {
    binding.deleteTensor(id);
  }
}
