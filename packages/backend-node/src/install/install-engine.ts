import { existsSync } from 'node:fs';
import { access, constants, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { cacheDirectory, temporaryName, withLock } from '@ulmfit/files';
import { ensureBinding } from './binding.js';
import { gpuFault, isGpuEngine } from '../gpu.js';
import { ensureKernelLibrary } from '../native/kernel-library.js';
import { nativeKernelsOff } from '../native/native-kernels.js';
import { stderrAddon } from '../quiet-load.js';
import { cudaRequirements, installCuda } from './cuda.js';
import { bindingFolder } from './engine-fault.js';
import { downloadWheel, ensureLibrary } from './library.js';
import { ensureAddon } from './native-addon.js';
import type { OnInstallProgress } from './progress.js';
import { findPython, type Python } from './python.js';
import { reasonOf, runCommand } from './run-command.js';
import {
  findTfjsNode,
  type InstallAttempt,
  type InstallWay,
  putInPackage,
  tfjsNodeAdvice,
  type TfjsNodePackage,
  writeRecord,
} from './tfjs-node-package.js';
import { type LoadedEngine, tryToLoad } from './try-to-load.js';
import { chooseWheel } from './wheel-choice.js';

export interface InstallOptions {
  /** Called as bytes arrive and phases change, at most a few times a second while downloading. */
  readonly onProgress?: OnInstallProgress | undefined;
  /** Called with single lines that say what is going on. */
  readonly log?: ((line: string) => void) | undefined;
  /** Where the library and the built binding are kept; {@link cacheDirectory} unless given. */
  readonly cacheDirectory?: string | undefined;
  /** Installs again even when the engine loads or the cache is whole. */
  readonly force?: boolean | undefined;
  /**
   * Installs TensorFlow for NVIDIA's graphics cards with CUDA's libraries, on Linux on x64; a driver has to be there. Where that fails,
   * the engine that is in place stays, and `warning` says why. Default false. Not tested on a card.
   */
  readonly gpu?: boolean | undefined;
  /** The tfjs-node package to mend; the one that this package imports unless given. */
  readonly tfjsNode?: TfjsNodePackage | undefined;
}

/** What came of an installation. */
export interface InstallReport {
  /** The way that led to an engine. `wasm`: none of the others did, and `warning` says what that costs. */
  readonly way: InstallWay;
  readonly attempts: readonly InstallAttempt[];
  readonly tensorflowVersion?: string;
  readonly libraryPath?: string;
  /** The native kernels that were compiled, now or before. */
  readonly kernelsPath?: string;
  readonly seconds: number;
  readonly warning?: string;
}

interface Installation extends Omit<InstallOptions, 'tfjsNode' | 'cacheDirectory'> {
  readonly tfjsNode: TfjsNodePackage;
  readonly cache: string;
}

/** Makes tfjs-node loadable or throws an error that says why this way doesn't lead there. */
type Way = (installation: Installation) => Promise<LoadedEngine>;

const ways: readonly (readonly [InstallWay, Way])[] = [
  ['as-is', asItIs],
  ['wheel', fromWheel],
  ['upstream', fromUpstream],
];

/** Those to an engine for graphics cards. */
const gpuWays: typeof ways = [
  ['as-is', asItIsForGpu],
  ['wheel', fromWheel],
];

/**
 * Installs TensorFlow, so that `@tensorflow/tfjs-node` loads. Tries in this order: tfjs-node as it is;
 * TensorFlow's C library out of the wheel that pip downloads, with the binding built from source; tfjs-node's
 * own installer; otherwise it leaves the WASM backend, with a warning. Library and binding are kept in the user's cache
 * folder: a second checkout needs neither the network nor a compiler.
 *
 * Two installations into one cache, in any processes, run one after the other.
 *
 * Never throws for a way that fails: `attempts` says why each did.
 * @example
 * await installEngine({ log: console.log });
 * await useBackend();
 */
export async function installEngine(options: InstallOptions = {}): Promise<InstallReport> {
  const cache = options.cacheDirectory ?? cacheDirectory();
  const install = (): Promise<InstallReport> => installInto(cache, options);
  if (!(await isWritable(cache))) return install();
  let isTold = false;
  const onWait = ({ pid }: { readonly pid: number }): void => {
    if (isTold) return;
    isTold = true;
    options.onProgress?.({ phase: 'wait' });
    options.log?.(`waiting for process ${pid}, which installs into ${cache}`);
  };
  return withLock(join(cache, 'engine.lock'), install, { onWait });
}

/** A cache that can only be read may hold all that is needed. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function installInto(cache: string, options: InstallOptions): Promise<InstallReport> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const { log, onProgress, force = false, gpu = false } = options;
  const attempts: InstallAttempt[] = [];
  const tfjsNode = options.tfjsNode ?? (await findTfjsNode());

  if (tfjsNode === undefined) {
    const reason = `the package @tensorflow/tfjs-node is not installed: run \`${tfjsNodeAdvice}\`, then this again`;
    attempts.push({ way: 'as-is', ok: false, reason });
  } else {
    const all = [
      ...(gpu ? gpuWays.map(([way, run]) => [way, run, true] as const) : []),
      ...ways.map(([way, run]) => [way, run, false] as const),
    ];
    for (const [way, run, isForGpu] of all) {
      // What is in place before anything else has failed is what is to be done again.
      if (force && way === 'as-is' && isForGpu === gpu) continue;
      try {
        const engine = await run({
          tfjsNode,
          cache,
          log,
          onProgress,
          force: force && isForGpu === gpu,
          gpu: isForGpu,
        });
        attempts.push({ way, ok: true });
        log?.(`TensorFlow ${engine.tensorflowVersion} is ready`);
        await buildStderrAddon(cache);
        onProgress?.({ phase: 'build' });
        const native = await buildNativeKernels(tfjsNode, engine, { cache, log, rebuild: force });
        const warning = gpu ? gpuWarning(engine, isForGpu, attempts) : undefined;
        // A working engine keeps the record of how it came there.
        if (way !== 'as-is') await writeRecord(tfjsNode, { way, attempts });
        return {
          way,
          attempts,
          tensorflowVersion: engine.tensorflowVersion,
          ...(engine.libraryPath === undefined ? {} : { libraryPath: engine.libraryPath }),
          ...native,
          ...(warning !== undefined && { warning }),
          seconds: seconds(),
        };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        attempts.push({ way, ok: false, reason });
        log?.(`${wayNames[way]}: ${reason}`);
      }
    }
  }
  attempts.push({ way: 'wasm', ok: true });
  if (tfjsNode !== undefined) await writeRecord(tfjsNode, { way: 'wasm', attempts });
  return { way: 'wasm', attempts, seconds: seconds(), warning: wasmWarning(attempts) };
}

/** What the ways are called in messages. */
export const wayNames: Readonly<Record<InstallWay, string>> = {
  'as-is': 'tfjs-node as it is',
  wheel: 'TensorFlow’s library by pip',
  upstream: 'tfjs-node’s own installer',
  wasm: 'WebAssembly',
};

async function asItIs({ tfjsNode, onProgress }: Installation): Promise<LoadedEngine> {
  onProgress?.({ phase: 'check' });
  return loadOrThrow(tfjsNode);
}

/** What it loads is of use only where it is the one for graphics cards. */
async function asItIsForGpu(installation: Installation): Promise<LoadedEngine> {
  if (!isGpuEngine(installation.tfjsNode))
    throw new UlmfitError('ENGINE_BROKEN', 'the engine in place is not the one for graphics cards');
  return asItIs(installation);
}

/** What the user should know who wanted an engine for graphics cards. */
function gpuWarning(
  { usesGpu }: LoadedEngine,
  isForGpu: boolean,
  attempts: readonly InstallAttempt[],
): string | undefined {
  if (usesGpu) return undefined;
  if (isForGpu)
    return `the engine for graphics cards is in place, and computes on the processor: ${gpuFault()}`;
  const reason = attempts.find(({ way, ok }) => way === 'wheel' && !ok)?.reason ?? '';
  return `there is no engine for graphics cards, and the one for the processor stays: ${reason}`;
}

async function fromWheel(installation: Installation): Promise<LoadedEngine> {
  const { tfjsNode, cache, log, onProgress, force = false, gpu = false } = installation;
  const machine = { platform: process.platform, arch: process.arch, musl: hasMusl(), gpu };
  const wheel = chooseWheel(machine);
  if ('unavailable' in wheel) throw new UlmfitError('NO_WHEEL', wheel.unavailable);

  const name = `tensorflow-${gpu ? 'gpu-' : ''}${wheel.version}-${process.platform}-${process.arch}`;
  const library = join(cache, 'engine', name);
  onProgress?.({ phase: 'check' });
  const download = async (folder: string): Promise<string> => {
    const python = await requirePython();
    const choice = chooseWheel({ ...machine, pythonVersion: python.version, pythonMachine: python.machine });
    if ('unavailable' in choice) throw new UlmfitError('NO_WHEEL', choice.unavailable);
    log?.(`downloading ${choice.project} ${choice.version} by pip ${python.pipVersion}`);
    return downloadWheel(python, choice, folder, onProgress);
  };
  await ensureLibrary({
    folder: library,
    platform: process.platform,
    download,
    complete: gpu ? completeForGpu(installation) : undefined,
    rebuild: force,
    onProgress,
    log,
  });

  onProgress?.({ phase: 'build' });
  const binding = await ensureBinding({
    folder: bindingFolder(join(cache, 'engine'), tfjsNode, name),
    tfjsNode,
    library,
    rebuild: force,
    log,
  });

  onProgress?.({ phase: 'link' });
  await putInPackage(tfjsNode, library, binding);
  onProgress?.({ phase: 'load' });
  return loadOrThrow(tfjsNode);
}

async function requirePython(): Promise<Python> {
  const python = await findPython();
  if ('missing' in python) throw new UlmfitError('NO_PYTHON', python.missing);
  return python;
}

const completeForGpu =
  ({ log, onProgress }: Installation) =>
  async (wheel: string, folder: string): Promise<void> => {
    onProgress?.({ phase: 'download' });
    log?.('installing CUDA’s libraries by pip');
    await installCuda(await requirePython(), await cudaRequirements(wheel, folder), folder);
  };

async function fromUpstream({ tfjsNode, log, onProgress }: Installation): Promise<LoadedEngine> {
  log?.('running tfjs-node’s own installer');
  onProgress?.({ phase: 'download' });
  // Its script empties the folder; a link to our cache must go first.
  const deps = join(tfjsNode.directory, 'deps');
  const isLink = (await lstat(deps).catch(() => undefined))?.isSymbolicLink() === true;
  const restore = await setAside([...(isLink ? [deps] : []), join(tfjsNode.directory, tfjsNode.bindingPath)]);
  const result = await runCommand(process.execPath, [join('scripts', 'install.js')], {
    cwd: tfjsNode.directory,
    timeoutMilliseconds: 900_000,
    env: {
      ...process.env,
      PATH: [...binFolders(tfjsNode.directory), process.env.PATH ?? ''].join(delimiter),
    },
  });
  try {
    if (result.code !== 0) throw new UlmfitError('UPSTREAM_FAILED', reasonOf(result));
    onProgress?.({ phase: 'load' });
    const engine = await loadOrThrow(tfjsNode);
    await restore(false);
    return engine;
  } catch (error) {
    // What worked before must go on working.
    await restore(true);
    throw error;
  }
}

/** Renames files and links; resolves to what puts those that were there back, or removes them. */
async function setAside(paths: readonly string[]): Promise<(back: boolean) => Promise<void>> {
  const moved: (readonly [path: string, aside: string])[] = [];
  for (const path of paths) {
    const aside = temporaryName(path);
    const isThere = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (isThere) moved.push([path, aside]);
  }
  return async (back) => {
    for (const [path, aside] of moved) {
      if (!back) {
        await rm(aside, { force: true });
        continue;
      }
      await rm(path, { recursive: true, force: true });
      await rename(aside, path);
    }
  };
}

/** A convenience: without it the only difference is two lines on standard error. */
async function buildStderrAddon(cache: string): Promise<void> {
  if (process.platform !== 'win32') await ensureAddon(stderrAddon, cache).catch(() => undefined);
}

/** Without them the engine works all the same, more slowly: a failure is a warning. */
async function buildNativeKernels(
  tfjsNode: TfjsNodePackage,
  { tensorflowVersion }: LoadedEngine,
  options: { cache: string; log: InstallOptions['log']; rebuild: boolean },
): Promise<{ kernelsPath?: string; warning?: string }> {
  if (nativeKernelsOff()) return {};
  try {
    const kernelsPath = await ensureKernelLibrary({ ...options, tfjsNode, tensorflowVersion });
    options.log?.('the native kernels are ready');
    return { kernelsPath };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      warning: `The native kernels were not compiled, so composed operations run at about half their speed: ${reason}`,
    };
  }
}

async function loadOrThrow(tfjsNode: TfjsNodePackage): Promise<LoadedEngine> {
  const engine = await tryToLoad(tfjsNode);
  if ('broken' in engine) throw new UlmfitError('ENGINE_BROKEN', engine.broken);
  return engine;
}

/** The folders with the programs of a package's dependencies, as npm would put them on the path. */
function binFolders(directory: string): string[] {
  const folders: string[] = [];
  for (let at = directory; dirname(at) !== at; at = dirname(at)) {
    const bin = join(at, 'node_modules', '.bin');
    if (existsSync(bin)) folders.push(bin);
  }
  return folders;
}

function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

function wasmWarning(attempts: readonly InstallAttempt[]): string {
  const reasons = attempts.flatMap(({ way, reason }) =>
    reason === undefined ? [] : [`${wayNames[way]}: ${reason}`],
  );
  return `TensorFlow is not on this machine, so the WebAssembly backend does the work, on one thread and about ten times slower. ${reasons.join('; ')}`;
}
