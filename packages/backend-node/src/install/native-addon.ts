import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UlmfitError } from '@ulmfit/errors';
import { compilerAdvice, findCompiler, findNodeHeaders } from './binding.js';
import { ensureCachedFolder } from '@ulmfit/files';
import { reasonOf, runCommand } from './run-command.js';

/** One C++ file of ours that is compiled on the user's machine into something that Node can load. */
export interface NativeAddon {
  readonly name: string;
  readonly source: URL;
  /** More arguments for the compiler; a change of them makes another addon. */
  readonly flags?: readonly string[];
}

/** Where the cache keeps the addon: a changed source or compiler argument has another place. */
export async function addonPath({ name, source, flags = [] }: NativeAddon, cache: string): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(source))
    .update(JSON.stringify(flags))
    .digest('hex')
    .slice(0, 16);
  return join(cache, 'engine', `${name}-${key}-${process.platform}-${process.arch}`, `${name}.node`);
}

/**
 * Compiles an addon unless the cache has it. Resolves to its path.
 * @throws UlmfitError `NO_COMPILER`, `NO_HEADERS` or `BUILD_FAILED`.
 */
export async function ensureAddon(addon: NativeAddon, cache: string): Promise<string> {
  const path = await addonPath(addon, cache);
  await ensureCachedFolder(dirname(path), async (temporary) => {
    const compiler = await findCompiler();
    if (compiler === undefined)
      throw new UlmfitError('NO_COMPILER', `there is no C++ compiler: ${compilerAdvice()}`);
    const headers = await findNodeHeaders();
    if (headers === undefined || !existsSync(join(headers, 'include', 'node', 'node_api.h'))) {
      throw new UlmfitError(
        'NO_HEADERS',
        'Node’s headers were not found: set npm’s nodedir to where they are',
      );
    }
    const result = await runCommand(
      compiler.command,
      [
        '-std=c++17',
        '-O3',
        '-fPIC',
        ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
        `-I${join(headers, 'include', 'node')}`,
        fileURLToPath(addon.source),
        ...(addon.flags ?? []),
        '-o',
        join(temporary, `${addon.name}.node`),
      ],
      { timeoutMilliseconds: 600_000 },
    );
    if (result.code !== 0) {
      throw new UlmfitError('BUILD_FAILED', `${addon.name} could not be compiled: ${reasonOf(result)}`);
    }
  });
  return path;
}
