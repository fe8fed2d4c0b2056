import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import envPaths from 'env-paths';
import { ensureCachedFolder } from '@ulmfit/files';
import { reasonOf, runCommand } from './run-command.js';
import { resolveFromPackage, type TfjsNodePackage } from './tfjs-node-package.js';

export interface BindingRequest {
  /** Where it belongs; holds the binding's file afterwards. */
  readonly folder: string;
  readonly tfjsNode: TfjsNodePackage;
  /** The folder with TensorFlow's `lib/` and `include/`. */
  readonly library: string;
  readonly rebuild?: boolean;
  readonly log?: ((line: string) => void) | undefined;
}

/** Makes sure that the built binding is in the cache. Resolves to its path. */
export async function ensureBinding(request: BindingRequest): Promise<string> {
  const { folder, tfjsNode, library, rebuild = false, log } = request;
  const file = basename(tfjsNode.bindingPath);
  await ensureCachedFolder(
    folder,
    async (temporary) => {
      const build = await mkdtemp(join(tmpdir(), 'ulmfit-binding-'));
      try {
        await buildBinding(tfjsNode, library, build);
        await copyFile(join(build, tfjsNode.bindingPath), join(temporary, file));
      } finally {
        await rm(build, { recursive: true, force: true });
      }
    },
    { rebuild, log },
  );
  return join(folder, file);
}

/**
 * Builds the binding from tfjs-node's own sources in a folder apart, against the given library.
 * @throws UlmfitError `BUILD_FAILED` with the compiler's reason.
 */
async function buildBinding(tfjsNode: TfjsNodePackage, library: string, build: string): Promise<void> {
  const compiler = await findCompiler();
  if (compiler === undefined) {
    throw new UlmfitError(
      'NO_COMPILER',
      `there is no C++ compiler to build the binding with: ${compilerAdvice()}`,
    );
  }
  for (const name of ['package.json', 'binding.gyp', 'binding']) {
    await cp(join(tfjsNode.directory, name), join(build, name), { recursive: true });
  }
  await symlink(library, join(build, 'deps'), 'dir');
  await mkdir(join(build, dirname(tfjsNode.bindingPath)), { recursive: true });

  const nodeGyp = await findNodeGyp();
  const headers = await findNodeHeaders();
  // tfjs-node's own build names the library by a path that the wheel's library doesn't go by on macOS.
  const rpath = process.platform === 'darwin' ? '-Wl,-rpath,@loader_path/../../deps/lib' : '';
  const result = await runCommand(
    process.execPath,
    [resolveFromPackage(tfjsNode, '@mapbox/node-pre-gyp/bin/node-pre-gyp'), 'install', '--build-from-source'],
    {
      cwd: build,
      timeoutMilliseconds: 600_000,
      env: {
        ...process.env,
        LDFLAGS: [process.env.LDFLAGS, rpath].filter(Boolean).join(' '),
        ...(nodeGyp === undefined ? {} : { npm_config_node_gyp: nodeGyp }),
        ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
      },
    },
  );
  if (result.code !== 0 || !existsSync(join(build, tfjsNode.bindingPath))) {
    throw new UlmfitError(
      'BUILD_FAILED',
      `the binding could not be built by ${compiler.version}: ${reasonOf(result)}`,
    );
  }
}

/** A C++ compiler. */
export interface Compiler {
  readonly command: string;
  /** The first line of what it says of its version. */
  readonly version: string;
}

/** The first C++ compiler that answers: `$CXX`, `g++`, `c++` or `clang++`. */
export async function findCompiler(): Promise<Compiler | undefined> {
  for (const command of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    if (command === undefined || command === '') continue;
    const result = await runCommand(command, ['--version'], { timeoutMilliseconds: 20_000 });
    if (result.code === 0) return { command, version: result.stdout.split('\n')[0] ?? command };
  }
  return undefined;
}

/** How to get a compiler on this platform. */
export function compilerAdvice(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return 'run `xcode-select --install`';
  if (platform === 'win32') return 'install the Visual Studio build tools with C++';
  return 'install g++ and make, on Debian and Ubuntu by `apt install build-essential`';
}

/**
 * The prefix with Node's headers: npm's `nodedir` setting, the one that this Node was installed with, or what node-gyp
 * downloaded before. When there is none, node-gyp downloads them.
 */
export async function findNodeHeaders(): Promise<string | undefined> {
  const npmCli = await findNpmCli();
  const configured =
    process.env.npm_config_nodedir ??
    (npmCli === undefined
      ? ''
      : (await runCommand(process.execPath, [npmCli, 'config', 'get', 'nodedir'])).stdout
    ).trim();
  if (configured !== '' && configured !== 'undefined' && configured !== 'null') return configured;
  // The last one is where node-gyp keeps what it downloads.
  const prefixes = [
    dirname(dirname(process.execPath)),
    join(envPaths('node-gyp', { suffix: '' }).cache, process.versions.node),
  ];
  return prefixes.find((prefix) => existsSync(join(prefix, 'include', 'node', 'node_api.h')));
}

/** The node-gyp that npm brings along, wherever npm is. */
async function findNodeGyp(): Promise<string | undefined> {
  const npmCli = await findNpmCli();
  if (npmCli === undefined) return undefined;
  const path = join(dirname(dirname(npmCli)), 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return existsSync(path) ? path : undefined;
}

async function findNpmCli(): Promise<string | undefined> {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js') === true && existsSync(running)) return running;
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)];
  for (const folder of folders.filter((name) => name !== '')) {
    const npm = join(folder, 'npm');
    if (!existsSync(npm)) continue;
    const target = await realpath(npm);
    if (target.endsWith('npm-cli.js')) return target;
  }
  return undefined;
}
