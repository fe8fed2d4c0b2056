import {
  engine,
  getBackend,
  getKernel,
  registerKernel,
  unregisterKernel,
  type NamedTensorMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type {
  FastKernelAttributes,
  FastKernelInputs,
  FastKernelName,
  FastKernelOutputs,
} from './kernel-names.js';

/** The last argument of {@link runFast}: it may be left out where a kernel has no attributes. */
export type FastKernelArguments<Name extends FastKernelName> =
  object extends FastKernelAttributes<Name>
    ? readonly [attributes?: FastKernelAttributes<Name>]
    : readonly [attributes: FastKernelAttributes<Name>];

/** Those that run at all: all, unless {@link onlyFastKernels} says otherwise. */
let allowed: ReadonlySet<string> | undefined;

/**
 * Runs the kernel that the present backend has registered under this name, if any. This is how native kernels replace composed
 * operations: same name, same inputs, same outputs. A kernel that returns nothing leaves the inputs to the composed operations.
 * @example
 * const [fast] = runFast('UlmfitSquareSum', { x: tensor1d([3, 4]) }, { changes: false }) ?? [];
 * const total = fast ?? sum(square(tensor1d([3, 4]))); // composed, where no backend has it
 */
export function runFast<Name extends FastKernelName>(
  name: Name,
  inputs: FastKernelInputs<Name>,
  ...[attributes]: FastKernelArguments<Name>
): FastKernelOutputs<Name> | undefined {
  if (allowed && !allowed.has(name)) return undefined;
  if (!getKernel(name, getBackend())) return undefined;
  const given = { ...attributes };
  // The casts: TensorFlow.js types a kernel by no name; who registers one is held to its row in `FastKernels`.
  const outputs: unknown = engine().runKernel(name, inputs as NamedTensorMap, given as never);
  const all = (Array.isArray(outputs) ? outputs : [outputs]) as Tensor[];
  return all.length > 0 ? (all as unknown as FastKernelOutputs<Name>) : undefined;
}

/**
 * Runs `body` with only these fast kernels, if the present backend has them; with none, everything is composed.
 * @example
 * const composed = onlyFastKernels([], () => globalNorm([tensor1d([3]), tensor1d([4])])); // no fast kernel at all
 */
export function onlyFastKernels<T>(names: readonly FastKernelName[], body: () => T): T {
  const before = allowed;
  allowed = new Set(names);
  try {
    return body();
  } finally {
    allowed = before;
  }
}

/** What a kernel is given for its tensors: their numbers may be read by the backend alone. */
export type FastKernelTensors<Name extends FastKernelName> = {
  readonly [Input in keyof FastKernelInputs<Name>]: TensorInfo;
};

/**
 * Registers a fast kernel for a backend, replacing one of this name.
 * @param run makes the outputs, in their order; `[]` leaves these inputs to the composed operations
 * @example
 * registerFastKernel('webgpu', 'UlmfitSquareSum', ({ x }, { changes }) =>
 *   changes ? [] : [sum(square(x as Tensor))], // instead of `sum` and `square`, a kernel of the device
 * );
 */
export function registerFastKernel<Name extends FastKernelName>(
  backendName: string,
  kernelName: Name,
  run: (
    inputs: FastKernelTensors<Name>,
    attributes: FastKernelAttributes<Name>,
    backend: unknown,
  ) => readonly TensorInfo[],
): void {
  // tfjs warns about a name that is taken.
  if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
  registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => [
      ...run(
        // The casts: `runFast` alone calls it, which is typed by the same row.
        inputs as unknown as FastKernelTensors<Name>,
        (attrs ?? {}) as unknown as FastKernelAttributes<Name>,
        backend,
      ),
    ],
  });
}
