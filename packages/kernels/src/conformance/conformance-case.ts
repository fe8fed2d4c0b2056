import { getBackend, memory, setBackend, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { FastKernelName } from '../kernel-names.js';
import { onlyFastKernels } from '../run-fast.js';
import { differenceOf, type Tolerance } from './difference.js';

/** One thing that fast kernels have to compute as the composed operations do. */
export interface ConformanceCase {
  /** Such as `an LSTM layer: [3, 7, 5] to 6 units`. */
  readonly name: string;
  /** The kernels that it is about. It runs with these and no others, each where the present backend has it. */
  readonly kernels: readonly FastKernelName[];
  /**
   * Computes by the present backend with these kernels: for your own checks, such as that any number of threads gives the same
   * bytes. To be called within a tidy.
   */
  compute(): Tensor[];
  /**
   * Computes twice, with the kernels and without, and compares values and gradients.
   * @throws UlmfitError `KERNEL_DIFFERS`, also where the kernels leave a tensor behind
   */
  run(): Promise<void>;
}

/** What a case is made of. */
export interface CaseParts {
  readonly name: string;
  readonly kernels: readonly FastKernelName[];
  /** What `compute` gives, in its order, for messages. */
  readonly outputs: readonly string[];
  readonly compute: () => Tensor[];
  /** Whether the bytes have to be the same, whatever the tolerance. */
  readonly exact?: boolean;
  /** Whether the tolerance is of the largest number of an output: its sums are as exact as their largest terms. */
  readonly scaled?: boolean;
  /** What the tolerance allows besides a share, at least: where a kernel may round what it multiplies. */
  readonly rounded?: number;
}

export interface CaseOptions extends Tolerance {
  /** The backend that computes without kernels; default the present one. */
  readonly reference: string | undefined;
}

export function conformanceCase(parts: CaseParts, { reference, ...tolerance }: CaseOptions): ConformanceCase {
  const { name, kernels, outputs, exact = false, scaled = false, rounded = 0 } = parts;
  const compute = () => onlyFastKernels(kernels, parts.compute);
  const fail = (what: string): never => {
    throw new UlmfitError('KERNEL_DIFFERS', `${kernels.join(', ')}: ${name}: ${what}`);
  };
  return {
    name,
    kernels,
    compute,
    async run() {
      const before = memory().numTensors;
      const fast = readAll(compute);
      const left = memory().numTensors - before;
      if (left !== 0) fail(`leaves ${left} tensors behind; give none but the outputs`);
      const composed = await on(reference, () => readAll(() => onlyFastKernels([], parts.compute)));
      composed.forEach((expected, i) => {
        const difference = differenceOf(fast[i] ?? new Float32Array(), expected, {
          relative: tolerance.relative,
          absolute: Math.max(tolerance.absolute, rounded),
          exact,
          scaled,
        });
        if (difference !== undefined) fail(`${outputs[i] ?? `output ${i}`}: ${difference}`);
      });
    },
  };
}

const readAll = (compute: () => Tensor[]) => tidy(() => compute().map((tensor) => tensor.dataSync()));

/** Computes on another backend, and comes back. */
async function on<T>(backend: string | undefined, body: () => T): Promise<T> {
  const present = getBackend();
  if (backend === undefined || backend === present) return body();
  await setBackend(backend);
  try {
    return body();
  } finally {
    await setBackend(present);
  }
}
