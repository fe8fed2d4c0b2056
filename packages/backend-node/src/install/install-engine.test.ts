import { mkdir, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTemporary } from '@ulmfit/files';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from './fake-wheel.test-helper.js';
import { installEngine } from './install-engine.js';
import type { OnInstallProgress } from './progress.js';
import { bestNapiVersion, readRecord, readTfjsNode } from './tfjs-node-package.js';

/** A package in the shape of tfjs-node whose binding is plain JavaScript, and an installer of its own. */
async function fakeTfjsNode(installer: string) {
  const directory = join(await temporaryFolder(), 'node_modules', '@tensorflow', 'tfjs-node');
  const files = {
    'package.json': JSON.stringify({
      version: '4.22.0',
      main: 'index.js',
      binary: {
        module_name: 'tfjs_binding',
        module_path: './lib/napi-v{napi_build_version}',
        napi_versions: [3, 8],
      },
    }),
    'index.js': `
      if (!require('node:fs').existsSync(__dirname + '/lib/napi-v8/tfjs_binding.node')) throw new Error('no binding');
      exports.tensor2d = (values) => values;
      exports.matMul = () => ({ dataSync: () => [11] });
      exports.backend = () => ({ binding: { TF_Version: '2.9.1', isUsingGpuDevice: () => false } });`,
    'scripts/install.js': installer,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return readTfjsNode(directory);
}

const WORKING = `
  require('node:fs').mkdirSync('lib/napi-v8', { recursive: true });
  require('node:fs').writeFileSync('lib/napi-v8/tfjs_binding.node', '');`;

describe('installEngine', () => {
  // Without a path there is no Python, so nothing is downloaded.
  const closeOff = (): void => {
    vi.stubEnv('PATH', '/nonexistent');
    vi.stubEnv('PYTHON', '');
  };
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('leaves a tfjs-node alone that loads', async () => {
    const tfjsNode = await fakeTfjsNode('process.exit(1)');
    await mkdir(join(tfjsNode.directory, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(join(tfjsNode.directory, tfjsNode.bindingPath), '');
    const report = await installEngine({ tfjsNode, cacheDirectory: await temporaryFolder() });
    expect(report).toMatchObject({
      way: 'as-is',
      tensorflowVersion: '2.9.1',
      attempts: [{ way: 'as-is', ok: true }],
    });
    expect(report.kernelsPath).toBeUndefined();
    expect(report.warning).toMatch(
      /native kernels were not compiled.*lacks the headers|no C\+\+ compiler|headers were not found/s,
    );
  });

  it('lets a second installation wait for the first, and use what it has made', async () => {
    closeOff();
    const tfjsNode = await fakeTfjsNode(`require('node:fs').appendFileSync('runs', 'x');${WORKING}`);
    const cacheDirectory = await temporaryFolder();
    const install = async () => {
      const phases: string[] = [];
      const onProgress: OnInstallProgress = ({ phase }) => void phases.push(phase);
      const { way } = await installEngine({ tfjsNode, cacheDirectory, onProgress });
      return { way, waited: phases[0] === 'wait' };
    };
    // Either may come first.
    const reports = (await Promise.all([install(), install()])).sort((a, b) => a.way.localeCompare(b.way));
    expect(reports).toEqual([
      { way: 'as-is', waited: true },
      { way: 'upstream', waited: false },
    ]);
    expect(await readFile(join(tfjsNode.directory, 'runs'), 'utf8')).toBe('x');
    expect(await readdir(cacheDirectory)).not.toContain('engine.lock');
  });

  it('goes on to tfjs-node’s own installer where pip leads nowhere', async () => {
    closeOff();
    const tfjsNode = await fakeTfjsNode(WORKING);
    const report = await installEngine({ tfjsNode, cacheDirectory: await temporaryFolder() });
    expect(report.way).toBe('upstream');
    expect(report.attempts.map(({ way, ok }) => [way, ok])).toEqual([
      ['as-is', false],
      ['wheel', false],
      ['upstream', true],
    ]);
    expect(await readRecord(tfjsNode)).toEqual({ way: 'upstream', attempts: report.attempts });
  });

  it('leaves the library where it was when every way fails', async () => {
    closeOff();
    const tfjsNode = await fakeTfjsNode('process.exit(1)');
    const library = await temporaryFolder();
    const deps = join(tfjsNode.directory, 'deps');
    await rm(deps, { recursive: true, force: true });
    await symlink(library, deps, 'dir');
    const report = await installEngine({ tfjsNode, cacheDirectory: await temporaryFolder(), force: true });
    expect(report.way).toBe('wasm');
    expect(await realpath(deps)).toBe(await realpath(library));
    expect((await readdir(tfjsNode.directory)).filter(isTemporary)).toEqual([]);
  });

  it('ends with WebAssembly and a warning that gives every reason', async () => {
    closeOff();
    const tfjsNode = await fakeTfjsNode('console.error("Error: the bucket refused"); process.exit(1)');
    const lines: string[] = [];
    const report = await installEngine({
      tfjsNode,
      cacheDirectory: await temporaryFolder(),
      log: (l) => lines.push(l),
    });
    expect(report.way).toBe('wasm');
    expect(report.warning).toContain('the bucket refused');
    expect(report.warning).toMatch(/is missing: its installer did not run/);
    expect(lines.join('\n')).toContain('the bucket refused');
    expect(await readFile(join(tfjsNode.directory, 'ulmfit-engine.json'), 'utf8')).toContain('"wasm"');
  });
});

describe('bestNapiVersion', () => {
  it('takes the newest that both sides know', () => {
    expect(bestNapiVersion([3, 4, 8], 10)).toBe(8);
    expect(bestNapiVersion([3, 4, 8], 6)).toBe(4);
    expect(() => bestNapiVersion([3], 2)).toThrow(/Node-API 2/);
  });
});
