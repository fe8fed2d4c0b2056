import { requireInteger } from '@ulmfit/errors';
import { conformanceCase, type ConformanceCase } from './conformance-case.js';
import { crossEntropyCases } from './cross-entropy-cases.js';
import { dropoutCases } from './dropout-cases.js';
import { int8Cases } from './int8-cases.js';
import { lstmCases } from './lstm-cases.js';
import { outputCases } from './output-cases.js';
import { productCases } from './product-cases.js';
import { updateCases } from './update-cases.js';

export type { ConformanceCase } from './conformance-case.js';

export interface KernelConformanceOptions {
  /** How far a number may be from that of the composed operations, as a share of its size. Default 1e-4. */
  readonly relative?: number;
  /** And so much besides. Default 1e-5. */
  readonly absolute?: number;
  /**
   * The backend whose composed operations are compared with, such as `cpu`: so a backend is held to it that has no fast kernel, too.
   * It must be registered. Default: the present one.
   */
  readonly reference?: string;
  /** How many sizes are drawn for each operation, the same at each call. Default 8. */
  readonly draws?: number;
  /** Whether there are sizes that fill the blocks and the threads of a fast kernel, too: minutes on plain JavaScript. Default false. */
  readonly large?: boolean;
}

/**
 * The cases that hold the fast kernels of a backend to the composed operations, in values and gradients: for any test runner. It has to
 * be the present backend when they run, and to have gradients (`import '@tensorflow/tfjs'`).
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * for (const { name, kernels, run } of kernelConformance()) test(`${kernels.join(', ')}: ${name}`, run);
 */
export function kernelConformance({
  relative = 1e-4,
  absolute = 1e-5,
  reference,
  draws = 8,
  large = false,
}: KernelConformanceOptions = {}): readonly ConformanceCase[] {
  requireInteger('kernelConformance: draws', draws);
  const sizes = { draws, large };
  const parts = [
    ...lstmCases(sizes),
    ...int8Cases(),
    ...crossEntropyCases(sizes),
    ...dropoutCases(sizes),
    ...updateCases(sizes),
    ...outputCases(sizes),
    ...productCases(sizes),
  ];
  return parts.map((part) => conformanceCase(part, { relative, absolute, reference }));
}
