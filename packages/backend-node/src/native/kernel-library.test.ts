import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheDirectory } from '@ulmfit/files';
import { temporaryFolder } from '../install/fake-wheel.test-helper.js';
import { findTfjsNode, type TfjsNodePackage } from '../install/tfjs-node-package.js';
import { tryToLoad } from '../install/try-to-load.js';
import { ensureKernelLibrary, findKernelLibraries } from './kernel-library.js';
import { nativeMissing, withNativeReason } from './kernels.test-helper.js';

const tensorflowVersion = '2.21.0';
const nowhere: TfjsNodePackage = {
  directory: '/nonexistent',
  version: '4.22.0',
  bindingPath: 'x.node',
  napiVersion: 8,
};

describe('ensureKernelLibrary', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('says that the compiler is missing', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    vi.stubEnv('CXX', '');
    const cache = await temporaryFolder();
    await expect(ensureKernelLibrary({ cache, tfjsNode: nowhere, tensorflowVersion })).rejects.toMatchObject({
      code: process.platform === 'win32' ? 'NOT_SUPPORTED' : 'NO_COMPILER',
    });
    expect(await findKernelLibraries(cache, tensorflowVersion)).toEqual([]);
  });
});

describe.skipIf(nativeMissing !== undefined)(withNativeReason('the compiled kernels'), () => {
  it('are found again without compiling, whatever the compiler, and for their TensorFlow only', async () => {
    const tfjsNode = (await findTfjsNode()) ?? nowhere;
    const engine = await tryToLoad(tfjsNode);
    if ('broken' in engine) throw new Error(engine.broken);
    const lines: string[] = [];
    const path = await ensureKernelLibrary({
      cache: cacheDirectory(),
      tfjsNode,
      tensorflowVersion: engine.tensorflowVersion,
      log: (line) => lines.push(line),
    });
    expect(lines).toEqual([]);
    vi.stubEnv('PATH', '/nonexistent');
    expect(await findKernelLibraries(cacheDirectory(), engine.tensorflowVersion)).toContain(path);
    expect(await findKernelLibraries(cacheDirectory(), '1.0.0')).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('are not taken from a damaged folder', async () => {
    const cache = await temporaryFolder();
    const tfjsNode = (await findTfjsNode()) ?? nowhere;
    const engine = await tryToLoad(tfjsNode);
    if ('broken' in engine) throw new Error(engine.broken);
    const [found = ''] = await findKernelLibraries(cacheDirectory(), engine.tensorflowVersion);
    const folder = join(cache, 'engine', found.split('/').at(-2) ?? '');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'ulmfit-kernels.node'), 'half of it');
    expect(await findKernelLibraries(cache, engine.tensorflowVersion)).toEqual([]);
  });
});
