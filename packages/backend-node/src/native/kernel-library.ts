import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UlmfitError } from '@ulmfit/errors';
import { ensureCachedFolder, isTemporary, verifyManifest } from '@ulmfit/files';
import { type Compiler, compilerAdvice, findCompiler, findNodeHeaders } from '../install/binding.js';
import { reasonOf, runCommand } from '../install/run-command.js';
import { libraryPath, type TfjsNodePackage } from '../install/tfjs-node-package.js';

const SOURCES = fileURLToPath(new URL('../../native/kernels/', import.meta.url));
const FILE = 'ulmfit-kernels.node';

/**
 * No `-ffast-math`: NaN and infinity must come through. What is allowed changes no value that a program can tell apart,
 * but for fused multiply-adds.
 */
const FLAGS = [
  '-std=c++17',
  '-O3',
  process.arch === 'arm64' ? '-mcpu=native' : '-march=native',
  '-ffp-contract=fast',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wno-psabi',
];

export interface KernelLibraryRequest {
  readonly cache: string;
  readonly tfjsNode: TfjsNodePackage;
  /** That of the library in tfjs-node. */
  readonly tensorflowVersion: string;
  readonly rebuild?: boolean;
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Makes sure that the cache has the native kernels compiled for this processor, compiler and TensorFlow. They are put
 * there only when a child process could load and run them. Resolves to the file's path.
 * @throws UlmfitError `NOT_SUPPORTED`, `NO_COMPILER`, `NO_HEADERS`, `BUILD_FAILED` or `KERNELS_BROKEN`
 */
export async function ensureKernelLibrary(request: KernelLibraryRequest): Promise<string> {
  const { cache, tensorflowVersion, rebuild = false, log } = request;
  if (process.platform === 'win32') {
    throw new UlmfitError('NOT_SUPPORTED', 'the native kernels are not built on Windows');
  }
  const compiler = await findCompiler();
  if (compiler === undefined) {
    throw new UlmfitError('NO_COMPILER', `there is no C++ compiler: ${compilerAdvice()}`);
  }
  const folder = join(cache, 'engine', (await prefix(tensorflowVersion)) + shortHash(compiler.version));
  await ensureCachedFolder(folder, (temporary) => build(request, compiler, temporary), { rebuild, log });
  return join(folder, FILE);
}

/**
 * The paths of kernels that {@link ensureKernelLibrary} has built for this machine, by any compiler. Not all need load: those of
 * another image with the same home may ask for a newer C++ library.
 */
export async function findKernelLibraries(cache: string, tensorflowVersion: string): Promise<string[]> {
  const found: string[] = [];
  const engine = join(cache, 'engine');
  const start = await prefix(tensorflowVersion);
  for (const name of await readdir(engine).catch(() => [])) {
    if (!name.startsWith(start) || isTemporary(name)) continue;
    if ((await verifyManifest(join(engine, name))) === undefined) found.push(join(engine, name, FILE));
  }
  return found;
}

/** The folder's name but for the compiler: another source, processor, TensorFlow or Node-API has another. */
async function prefix(tensorflowVersion: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(FLAGS));
  for (const name of (await readdir(SOURCES)).sort()) {
    hash.update(name).update(await readFile(join(SOURCES, name)));
  }
  hash.update(await processor());
  const key = hash.digest('hex').slice(0, 16);
  return `kernels-tensorflow-${tensorflowVersion}-${process.platform}-${process.arch}-${key}-`;
}

/** What the compiler looks at when it compiles for this processor: its model and its instruction sets. */
async function processor(): Promise<string> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(info)?.[1] ?? '';
  return `${cpus()[0]?.model ?? ''}\n${flags}`;
}

async function build(request: KernelLibraryRequest, compiler: Compiler, folder: string): Promise<void> {
  const { tfjsNode, log } = request;
  const headers = await findNodeHeaders();
  const library = await libraryPath(tfjsNode);
  const include = join(tfjsNode.directory, 'deps', 'include');
  if (headers === undefined || !existsSync(join(headers, 'include', 'node', 'node_api.h'))) {
    throw new UlmfitError('NO_HEADERS', 'Node’s headers were not found: set npm’s nodedir to where they are');
  }
  if (library === undefined || !existsSync(join(include, 'tensorflow', 'c', 'kernels.h'))) {
    throw new UlmfitError('NO_HEADERS', `${include} lacks the headers of TensorFlow’s kernel interface`);
  }
  log?.(`compiling the native kernels by ${compiler.version}`);
  const compile = async (argumentsOf: readonly string[]): Promise<void> => {
    const result = await runCommand(compiler.command, [...FLAGS, ...argumentsOf], {
      timeoutMilliseconds: 600_000,
    });
    if (result.code !== 0) {
      throw new UlmfitError('BUILD_FAILED', `the native kernels could not be compiled: ${reasonOf(result)}`);
    }
  };
  const sources = (await readdir(SOURCES)).filter((name) => name.endsWith('.cc')).sort();
  const objects = sources.map((name) => join(folder, `${name}.o`));
  const includes = [`-I${join(headers, 'include', 'node')}`, `-I${include}`];
  const queue = sources.map((name, i) => ['-c', ...includes, join(SOURCES, name), '-o', objects[i] ?? '']);
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await compile(next);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));

  const path = join(folder, FILE);
  const darwin = process.platform === 'darwin';
  await compile([
    ...(darwin ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread']),
    ...objects,
    // By its name alone: the library is in the process before the kernels are, wherever it lies.
    ...(await frameworkLibraries(library)),
    '-o',
    path,
  ]);
  for (const object of objects) await rm(object);
  await tryKernels(tfjsNode, path);
}

/** TensorFlow's library and the one beside it that it leans on. */
async function frameworkLibraries(library: string): Promise<string[]> {
  const beside = (await readdir(dirname(library))).find((name) =>
    /^libtensorflow_framework\.2?\.?(so|dylib)/.test(name),
  );
  return [library, ...(beside === undefined ? [] : [join(dirname(library), beside)])];
}

const TRY = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
require(process.argv[2]).setThreads(2);
const inputs = [tf.zeros([3, 2]), tf.zeros([2]), tf.zeros([3], 'int32')];
const attributes = [{ name: 'needs_gradient', type: tf.backend().binding.TF_ATTR_BOOL, value: true }];
const [losses, gradient] = tf.backend().executeMultipleOutputs('UlmfitSoftmaxCrossEntropy', attributes, inputs, 3);
const [loss, g] = [losses.dataSync()[2], gradient.dataSync()[4]];
if (Math.abs(loss - Math.LN2) > 1e-6 || g !== -0.5) throw new Error('the softmax gave ' + loss + ' and ' + g);`;

/** Loads and runs them in a child process: what doesn't fit the processor kills the process. */
async function tryKernels(tfjsNode: TfjsNodePackage, path: string): Promise<void> {
  const result = await runCommand(process.execPath, ['-e', TRY, tfjsNode.directory, path], {
    timeoutMilliseconds: 120_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (result.code !== 0) {
    throw new UlmfitError('KERNELS_BROKEN', `the native kernels don't run: ${reasonOf(result)}`);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
