import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, sep } from 'node:path';
import util from 'node:util';
import { env, findBackend, scalar, setBackend } from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { cacheDirectory } from '@ulmfit/files';
import { engineFault } from './install/engine-fault.js';
import { gpuFault, isGpuEngine } from './gpu.js';
import { findTfjsNode, tfjsNodeAdvice } from './install/tfjs-node-package.js';
import {
  registerFastKernels,
  registerNativeKernels,
  unregisterNativeKernels,
} from './kernels/register-fast-kernels.js';
import { loadNativeKernels, type NativeModule, nativeKernelsOff } from './native/native-kernels.js';
import { type Precision, setPrecision } from './native/precision.js';
import { quietly } from './quiet-load.js';
import { tensorFlowBackend } from './tensorflow-backend.js';

/** The backends that Node can run on, fastest first. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface BackendOptions {
  /** `auto` takes the fastest that loads. Default `auto`. */
  readonly backend?: 'auto' | BackendName | undefined;
  /** Threads for TensorFlow's ops, 1024 at most, all cores unless given. Holds from the first load on: a later call can't change it. */
  readonly threads?: number | undefined;
  /**
   * In which numbers the native kernels multiply. `bfloat16` needs a processor that multiplies it; `auto` takes it where
   * it is the faster one, else float32. Default `auto`.
   */
  readonly precision?: 'auto' | Precision | undefined;
}

/** More than any machine has cores for; a thread that the system refuses ends the process. */
const MOST_THREADS = 1024;

/** What runs now. */
export interface BackendInfo {
  readonly backend: BackendName;
  /** The version of the engine below it: TensorFlow's, or that of the tfjs backend. */
  readonly version: string;
  readonly threads: number;
  /** Whether it computes on a graphics card. */
  readonly gpu: boolean;
  /** The kernels that replace tfjs-node's own and composed operations. */
  readonly fastKernels: readonly string[];
  readonly precision: Precision;
  /** What the user should know, such as that a slower backend had to do. */
  readonly warnings: readonly string[];
}

/**
 * Chooses and starts the backend for everything built on `@tensorflow/tfjs-core`. Call it once, before the
 * first tensor.
 *
 * @throws UlmfitError `BACKEND_UNAVAILABLE` when the backend asked for by name doesn't load; `BAD_THREADS` for a number
 * of threads that is not an integer from 1 to 1024.
 * @example
 * const { backend, warnings } = await useBackend({ threads: 4 });
 * console.log(backend, warnings); // tensorflow, or a slower one and why
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const { backend = 'auto', threads } = options;
  if (threads !== undefined) requireInteger('threads', threads, { to: MOST_THREADS, code: 'BAD_THREADS' });
  // TensorFlow reads it by itself where no number is given.
  const { TF_NUM_INTRAOP_THREADS: preset } = process.env;
  if (threads === undefined && Number(preset) > MOST_THREADS) {
    requireInteger('TF_NUM_INTRAOP_THREADS', Number(preset), { to: MOST_THREADS, code: 'BAD_THREADS' });
  }
  const candidates: readonly BackendName[] = backend === 'auto' ? ['tensorflow', 'wasm', 'cpu'] : [backend];
  const warnings: string[] = [];
  for (const name of candidates) {
    try {
      return await starters[name](options, warnings);
    } catch (error) {
      const reason = firstLine(error);
      if (backend !== 'auto') {
        throw new UlmfitError(
          'BACKEND_UNAVAILABLE',
          `The ${name} backend doesn't load: ${reason}. ${advice[name]}`,
          {
            cause: error,
          },
        );
      }
      warnings.push(`The ${name} backend doesn't load: ${reason}. ${lost[name]} ${advice[name]}`);
    }
  }
  throw new UlmfitError('BACKEND_UNAVAILABLE', warnings.join(' '));
}

type Starter = (options: BackendOptions, warnings: string[]) => Promise<BackendInfo>;

const starters: Readonly<Record<BackendName, Starter>> = {
  tensorflow: startTensorFlow,
  wasm: startWasm,
  cpu: startCpu,
};

const advice: Readonly<Record<BackendName, string>> = {
  tensorflow:
    `Run \`npx ulmfit engine install\` or call \`installEngine()\`, after \`${tfjsNodeAdvice}\` where that is missing; ` +
    '`npx ulmfit doctor` says what is.',
  wasm: 'Install @tensorflow/tfjs-backend-wasm.',
  cpu: 'Install @tensorflow/tfjs-backend-cpu.',
};

const lost: Readonly<Record<BackendName, string>> = {
  tensorflow: 'A slower one runs instead, on one thread: expect training to take about ten times as long.',
  wasm: 'Plain JavaScript runs instead, good for tests only.',
  cpu: '',
};

/** The number of threads TensorFlow was started with: it can't be changed afterwards. */
let tensorFlowThreads: number | undefined;

async function startTensorFlow(options: BackendOptions, warnings: string[]): Promise<BackendInfo> {
  const { threads } = options;
  const loaded = (findBackend('tensorflow') as unknown) !== null;
  if (!loaded) {
    const tfjsNode = await findTfjsNode();
    const fault = tfjsNode && (await engineFault(tfjsNode));
    if (fault !== undefined) throw new Error(fault);
    prepareEnvironment(threads);
  }
  // Optional, and named at run time so that bundlers and type checkers can do without it.
  const tfjsNode: string = '@tensorflow/tfjs-node';
  // Level 1 and up hide what it says while loading; level 0 asks to see everything.
  if (!loaded && process.env.TF_CPP_MIN_LOG_LEVEL !== '0') await quietly(() => import(tfjsNode));
  else await import(tfjsNode);
  if (!(await setBackend('tensorflow'))) throw new Error('its initialisation failed');
  tensorFlowThreads ??= Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  if (threads !== undefined && threads !== tensorFlowThreads) {
    warnings.push(`TensorFlow already runs with ${tensorFlowThreads} threads and keeps them.`);
  }
  const { binding, isUsingGpuDevice: gpu } = tensorFlowBackend();
  const version = binding.TF_Version;
  // They read and write the memory of the processor: on a card each operation is composed of TensorFlow's own.
  if (gpu) unregisterNativeKernels();
  const native = gpu ? undefined : await startNativeKernels(version, tensorFlowThreads, warnings);
  const tfjsNodePackage = gpu ? undefined : await findTfjsNode();
  if (tfjsNodePackage && isGpuEngine(tfjsNodePackage))
    warnings.push(`The engine for graphics cards computes on the processor: ${gpuFault()}.`);
  const precision = choosePrecision(options.precision, native, warnings);
  setPrecision(precision);
  return {
    backend: 'tensorflow',
    version,
    threads: tensorFlowThreads,
    gpu,
    // Of TensorFlow's own ops it has the one that is faster on a processor.
    fastKernels: gpu
      ? []
      : [...registerFastKernels(), ...(native === undefined ? [] : registerNativeKernels())],
    precision,
    warnings,
  };
}

async function startNativeKernels(
  version: string,
  threads: number,
  warnings: string[],
): Promise<NativeModule | undefined> {
  if (nativeKernelsOff()) {
    unregisterNativeKernels();
    return undefined;
  }
  const native = await loadNativeKernels(cacheDirectory(), version);
  if ('missing' in native) {
    warnings.push(
      `The native kernels don't load: ${native.missing}. Composed operations run instead, at about half the ` +
        'speed. Run `npx ulmfit engine install`, which compiles them, or `npx ulmfit doctor`.',
    );
    return undefined;
  }
  native.setThreads(threads);
  return native;
}

function choosePrecision(
  wanted: BackendOptions['precision'],
  native: NativeModule | undefined,
  warnings: string[],
): Precision {
  if (wanted !== 'bfloat16') {
    return wanted !== 'float32' && native?.fasterInBfloat16 === true ? 'bfloat16' : 'float32';
  }
  if (native?.hasBfloat16 === true) return 'bfloat16';
  warnings.push(
    native === undefined
      ? 'bfloat16 needs the native kernels, which are for the processor: float32 runs instead.'
      : 'This processor does not multiply bfloat16: float32 runs instead.',
  );
  return 'float32';
}

/** What must be in place before tfjs-node is loaded for the first time. */
function prepareEnvironment(threads: number | undefined): void {
  // tfjs-node 4.22 still calls these: Node 23 removed the first, the second is on its way out.
  const removed: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Or the first process takes all of a card's memory.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.OMP_NUM_THREADS ??= String(threads);
  }
}

/** tfjs-core comes without gradients; tfjs-node brings them along, the other backends don't. */
const loadGradients = async (): Promise<void> => {
  await import('@tensorflow/tfjs');
};

async function startWasm(_options: BackendOptions, warnings: string[]): Promise<BackendInfo> {
  await loadGradients();
  const { setWasmPaths, version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm');
  const loaded = (findBackend('wasm') as unknown) !== null;
  if (!loaded) {
    // The files lie beside the package's own code, so that nothing is fetched.
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  }
  if (!(await setBackend('wasm'))) throw new Error('its initialisation failed');
  return {
    backend: 'wasm',
    version,
    threads: 1,
    gpu: false,
    fastKernels: [],
    precision: 'float32',
    warnings,
  };
}

async function startCpu(_options: BackendOptions, warnings: string[]): Promise<BackendInfo> {
  await loadGradients();
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  if (!(await setBackend('cpu'))) throw new Error('its initialisation failed');
  // At its first tensor this backend would advertise tfjs-node on the error stream.
  const wasTest = env().getBool('IS_TEST');
  env().set('IS_TEST', true);
  scalar(0).dispose();
  env().set('IS_TEST', wasTest);
  return { backend: 'cpu', version, threads: 1, gpu: false, fastKernels: [], precision: 'float32', warnings };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/[.\s]+$/, '');
}
