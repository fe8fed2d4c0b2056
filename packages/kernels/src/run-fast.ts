import { engine, getBackend, getKernel, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';

/** What a fast kernel may be told beside its tensors. */
export type KernelAttributes = Readonly<Record<string, unknown>>;

/**
 * Runs the kernel that the present backend has registered under this name (`tf.registerKernel`), if any. Native
 * kernels take the place of the composed operations so: same name, same inputs, same outputs. A kernel that gives
 * nothing leaves the inputs to the composed operations.
 */
export function runFast(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: KernelAttributes = {},
): Tensor[] | undefined {
  if (!getKernel(name, getBackend())) return undefined;
  const outputs: unknown = engine().runKernel(name, inputs as NamedTensorMap, attributes as never);
  const all = (Array.isArray(outputs) ? outputs : [outputs]) as Tensor[];
  return all.length > 0 ? all : undefined;
}
