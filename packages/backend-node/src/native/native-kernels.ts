import { createRequire } from 'node:module';
import { findKernelLibraries } from './kernel-library.js';

/** What the compiled module gives beside the ops that it registers with TensorFlow. */
export interface NativeModule {
  /** How many threads the kernels use. */
  setThreads(threads: number): void;
  /** Whether the processor multiplies bfloat16; by matrix registers (AMX) only if the system lets the process. */
  readonly hasBfloat16: boolean;
  /** Whether the kernels are faster in bfloat16 than in float32. */
  readonly fasterInBfloat16: boolean;
  /** Whether the weights of int8 models are multiplied as whole numbers: by AVX2 and later, and by NEON. */
  readonly multipliesInt8: boolean;
}

let loaded: NativeModule | undefined;

/** Whether the user has turned them off: `ULMFIT_NATIVE=0`. */
export function nativeKernelsOff(): boolean {
  return process.env.ULMFIT_NATIVE === '0';
}

/**
 * Loads the native kernels that the engine's installation has compiled; TensorFlow must be loaded. They are loaded once
 * a process. Resolves to why there are none, or to the module.
 */
export async function loadNativeKernels(
  cache: string,
  tensorflowVersion: string,
): Promise<NativeModule | { readonly missing: string }> {
  if (loaded !== undefined) return loaded;
  let missing = 'they are not compiled for this machine';
  for (const path of await findKernelLibraries(cache, tensorflowVersion)) {
    try {
      loaded = createRequire(import.meta.url)(path) as NativeModule;
      return loaded;
    } catch (error) {
      missing = error instanceof Error ? error.message : String(error);
    }
  }
  return { missing };
}

/** The module, once {@link loadNativeKernels} has loaded it. */
export function nativeModule(): NativeModule | undefined {
  return loaded;
}
