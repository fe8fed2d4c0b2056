import { availableParallelism, cpus } from 'node:os';
import { createRequire } from 'node:module';
import { compilerAdvice, findCompiler } from './install/binding.js';
import { cacheDirectory } from '@ulmfit/files';
import { gpuFault, isGpuEngine } from './gpu.js';
import { wayNames } from './install/install-engine.js';
import { findPython } from './install/python.js';
import {
  findTfjsNode,
  type InstallAttempt,
  type InstallWay,
  readRecord,
  tfjsNodeAdvice,
} from './install/tfjs-node-package.js';
import { tryToLoad } from './install/try-to-load.js';
import { instructionSets } from './instruction-sets.js';
import { findKernelLibraries } from './native/kernel-library.js';
import { nativeKernelsOff } from './native/native-kernels.js';

/** The tfjs-node that is installed. */
export interface FoundTfjsNode {
  readonly version: string;
  readonly directory: string;
  /** Why it does not load, where it doesn't. */
  readonly broken?: string;
}

/** What {@link doctor} found. */
export interface DoctorReport {
  readonly platform: string;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** Vector extensions, such as `AVX-512 BF16`. */
  readonly instructionSets: readonly string[];
  readonly backend: 'tensorflow' | 'wasm' | 'cpu';
  /** tfjs-node: its version and folder, and why it doesn't load if it doesn't. */
  readonly tfjsNode: FoundTfjsNode | undefined;
  readonly tensorflowVersion: string | undefined;
  readonly libraryPath: string | undefined;
  /** Whether TensorFlow computes on a graphics card, and why it doesn't. */
  readonly gpu: string;
  /** The compiled native kernels, or why there are none. */
  readonly nativeKernels: string;
  /** The first line of the C++ compiler's version. */
  readonly compiler: string | undefined;
  /** Python and pip, or what is missing of them. */
  readonly python: string;
  readonly cacheDirectory: string;
  /** The way by which the last installation got its engine, and what became of the ways before it. */
  readonly installedBy: InstallWay | undefined;
  readonly attempts: readonly InstallAttempt[];
  /** What to do, most useful first; empty when all is well. */
  readonly advice: readonly string[];
}

/**
 * Says which backend `useBackend()` would start on this machine, and why. Changes nothing.
 * @example
 * const report = await doctor();
 * if (report.backend !== 'tensorflow') console.log(formatDoctor(report));
 */
export async function doctor(): Promise<DoctorReport> {
  const tfjsNode = await findTfjsNode();
  const [loaded, record, compiler, python, sets] = await Promise.all([
    tfjsNode === undefined ? undefined : tryToLoad(tfjsNode),
    tfjsNode === undefined ? undefined : readRecord(tfjsNode),
    findCompiler(),
    findPython(),
    instructionSets(),
  ]);
  const engine = loaded === undefined || 'broken' in loaded ? undefined : loaded;
  const kernels =
    engine === undefined
      ? undefined
      : (await findKernelLibraries(cacheDirectory(), engine.tensorflowVersion))[0];
  const hasWasm = isInstalled('@tensorflow/tfjs-backend-wasm');
  const pythonMissing = 'missing' in python ? python.missing : undefined;

  const advice: string[] = [];
  if (tfjsNode === undefined) {
    advice.push(`install tfjs-node: \`${tfjsNodeAdvice}\``);
  }
  if (engine === undefined) {
    if (compiler === undefined) advice.push(`a C++ compiler is missing: ${compilerAdvice()}`);
    if (pythonMissing !== undefined) advice.push(pythonMissing);
    advice.push('then run `npx ulmfit engine install`');
  } else if (kernels === undefined && !nativeKernelsOff()) {
    if (compiler === undefined) advice.push(`a C++ compiler is missing: ${compilerAdvice()}`);
    advice.push(
      'run `npx ulmfit engine install` for the native kernels: training is about twice as fast with them',
    );
  }

  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructionSets: sets,
    backend: engine !== undefined ? 'tensorflow' : hasWasm ? 'wasm' : 'cpu',
    tfjsNode:
      tfjsNode === undefined
        ? undefined
        : {
            version: tfjsNode.version,
            directory: tfjsNode.directory,
            ...(loaded !== undefined && 'broken' in loaded ? { broken: loaded.broken } : {}),
          },
    tensorflowVersion: engine?.tensorflowVersion,
    libraryPath: engine?.libraryPath,
    gpu: engine?.usesGpu
      ? 'in use'
      : tfjsNode && isGpuEngine(tfjsNode)
        ? `none: ${gpuFault()}`
        : 'none: the engine is the one for the processor (`npx ulmfit engine install --gpu` puts the other one in place)',
    nativeKernels: nativeKernelsOff() ? 'turned off by ULMFIT_NATIVE=0' : (kernels ?? 'not compiled'),
    compiler: compiler?.version,
    python: 'missing' in python ? python.missing : `${python.version} (pip ${python.pipVersion})`,
    cacheDirectory: cacheDirectory(),
    installedBy: record?.way,
    attempts: record?.attempts ?? [],
    advice,
  };
}

/**
 * The report as lines of text for a terminal, without a last newline.
 * @example
 * console.log(formatDoctor(await doctor()));
 */
export function formatDoctor(report: DoctorReport): string {
  const { tfjsNode } = report;
  const rows: (readonly [string, string])[] = [
    ['backend', report.backend],
    ['TensorFlow', report.tensorflowVersion ?? 'not loaded'],
    ['library', report.libraryPath ?? 'none'],
    ['GPU', report.gpu],
    [
      'tfjs-node',
      tfjsNode === undefined ? 'not installed' : `${tfjsNode.version}, ${tfjsNode.broken ?? 'loads'}`,
    ],
    ['installed by', report.installedBy === undefined ? 'not by ulmfit' : wayNames[report.installedBy]],
    ...report.attempts
      .filter(({ ok }) => !ok)
      .map(({ way, reason }) => ['', `${wayNames[way]} failed: ${reason ?? 'no reason given'}`] as const),
    ['platform', `${report.platform}, Node ${report.node}`],
    ['processor', `${report.processor}, ${report.cores} cores`],
    ['instructions', report.instructionSets.join(', ') || 'unknown'],
    ['kernels', report.nativeKernels],
    ['compiler', report.compiler ?? 'none'],
    ['python', report.python],
    ['cache', report.cacheDirectory],
    ...report.advice.map((line, i) => [i === 0 ? 'advice' : '', line] as const),
  ];
  return rows.map(([label, value]) => `${label.padEnd(13)} ${value}`).join('\n');
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
