import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTemporary, verifyManifest } from '@ulmfit/files';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, wheelFiles, writeWheel } from './fake-wheel.test-helper.js';
import { announcedBytes, downloadWheel, ensureLibrary, unpackLibrary } from './library.js';
import { chooseWheel } from './wheel-choice.js';

/** A cache with a fake download that counts. */
async function setUp() {
  const cache = await temporaryFolder();
  const folder = join(cache, 'engine', 'tensorflow-2.21.0-linux-x64');
  const files = wheelFiles();
  let downloads = 0;
  const download = (into: string): Promise<string> => {
    downloads++;
    return writeWheel(into, files);
  };
  return {
    folder,
    files,
    install: () => ensureLibrary({ folder, platform: 'linux', download }),
    downloads: () => downloads,
    neighbours: () => readdir(join(cache, 'engine')),
  };
}

describe('ensureLibrary', () => {
  it('unpacks the library, its links and the headers of the C API, and nothing else', async () => {
    const { folder, files, install, neighbours } = await setUp();
    expect(await install()).toBe(false);
    const library = await readFile(join(folder, 'lib', 'libtensorflow.so.2'));
    expect(library.equals(files['tensorflow/libtensorflow_cc.so.2'] ?? new Uint8Array())).toBe(true);
    expect((await readdir(join(folder, 'lib'))).sort()).toEqual([
      'libtensorflow.so',
      'libtensorflow.so.2',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so',
      'libtensorflow_framework.so.2',
    ]);
    expect((await readdir(folder)).sort()).toEqual(['include', 'lib', 'manifest.json', 'verified.json']);
    expect((await readdir(join(folder, 'include'))).sort()).toEqual(['tensorflow', 'xla']);
    expect(await neighbours()).toEqual(['tensorflow-2.21.0-linux-x64']);
  });

  it('uses what is there', async () => {
    const { install, downloads } = await setUp();
    await install();
    expect(await install()).toBe(true);
    expect(downloads()).toBe(1);
  });

  const damages: Record<string, (folder: string) => Promise<void>> = {
    'a changed byte': async (folder) => {
      const file = await open(join(folder, 'lib', 'libtensorflow_cc.so.2'), 'r+');
      await file.write(Buffer.from([1, 2, 3, 4]), 0, 4, 1_500_000);
      await file.close();
    },
    'a shorter file': (folder) => writeFile(join(folder, 'lib', 'libtensorflow_framework.so.2'), 'x'),
    'a missing file': (folder) => unlink(join(folder, 'include', 'tensorflow', 'c', 'c_api.h')),
    'a missing link': (folder) => unlink(join(folder, 'lib', 'libtensorflow.so')),
    'a missing manifest': (folder) => unlink(join(folder, 'manifest.json')),
    'half a manifest': (folder) => writeFile(join(folder, 'manifest.json'), '{"format": 1, "fil'),
  };
  it.each(Object.entries(damages))('makes it again after %s', async (_name, damage) => {
    const { folder, install, downloads, neighbours } = await setUp();
    await install();
    await damage(folder);
    expect(await verifyManifest(folder)).toBeTypeOf('string');
    expect(await install()).toBe(false);
    expect(await verifyManifest(folder)).toBeUndefined();
    expect(downloads()).toBe(2);
    expect(await neighbours()).toHaveLength(1);
  });

  it('leaves no trace of a wheel that isn’t one', async () => {
    const { folder, neighbours } = await setUp();
    const download = async (into: string): Promise<string> =>
      writeWheel(into, { 'some.txt': new Uint8Array(3) });
    await expect(ensureLibrary({ folder, platform: 'linux', download })).rejects.toMatchObject({
      code: 'BAD_WHEEL',
    });
    expect(await neighbours()).toEqual([]);
  });

  it('says how to get a wheel again that is damaged', async () => {
    const { folder, neighbours } = await setUp();
    const download = async (into: string): Promise<string> => {
      const path = await writeWheel(into);
      await truncate(path, 1_000_000);
      return path;
    };
    await expect(ensureLibrary({ folder, platform: 'linux', download })).rejects.toMatchObject({
      code: 'BAD_WHEEL',
      message: expect.stringContaining('engine install --force') as string,
    });
    expect(await neighbours()).toEqual([]);
  });

  it('lets two installs run at once', async () => {
    const { folder, install, neighbours } = await setUp();
    await Promise.all([install(), install(), install()]);
    expect(await verifyManifest(folder)).toBeUndefined();
    expect(await neighbours()).toHaveLength(1);
  });

  it('trusts nothing of an install that was killed while unpacking, and clears it away', async () => {
    const { folder, install, downloads, neighbours } = await setUp();
    const loader = new URL('./typescript-loader.test-helper.mjs', import.meta.url);
    const program = `
      const { ensureLibrary } = await import(${JSON.stringify(new URL('./library.ts', import.meta.url).href)});
      await ensureLibrary({
        folder: ${JSON.stringify(folder)},
        platform: 'linux',
        download: async () => process.argv[1],
        // Stands still in the middle of the library until it is killed.
        onProgress: ({ bytes }) => {
          process.stdout.write('unpacked ' + bytes + '\\n');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        },
      });`;
    const wheel = await writeWheel(await temporaryFolder());
    const child = spawn(
      process.execPath,
      ['-C', '@ulmfit/source', '--import', loader.href, '--input-type=module', '-e', program, wheel],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) },
    );
    await once(child.stdout, 'data');
    const left = await neighbours();
    expect(left).toHaveLength(1);
    expect(left.every(isTemporary)).toBe(true);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;

    expect(await verifyManifest(folder)).toBeTypeOf('string');
    expect(await install()).toBe(false);
    expect(downloads()).toBe(1);
    expect(await verifyManifest(folder)).toBeUndefined();
    expect(await neighbours()).toEqual(['tensorflow-2.21.0-linux-x64']);
  });
});

describe('unpackLibrary', () => {
  it('keeps to its folder whatever the names in the wheel', async () => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'inner');
    await mkdir(folder);
    const wheel = await writeWheel(await temporaryFolder(), {
      ...wheelFiles(),
      'tensorflow/include/tensorflow/c/../../../../escaped.h': new Uint8Array(3),
    });
    await unpackLibrary(wheel, folder, 'linux');
    expect(await readdir(outer)).toEqual(['inner']);
  });

  it('gives the macOS library the names that tfjs-node’s build asks for', async () => {
    const folder = await temporaryFolder();
    const wheel = await writeWheel(await temporaryFolder(), {
      'tensorflow/libtensorflow_cc.2.dylib': new Uint8Array(9),
      'tensorflow/libtensorflow_framework.2.dylib': new Uint8Array(9),
      'tensorflow/include/tensorflow/c/c_api.h': new Uint8Array(9),
    });
    await unpackLibrary(wheel, folder, 'darwin');
    expect(await readlink(join(folder, 'lib', 'libtensorflow.2.dylib'))).toBe('libtensorflow_cc.2.dylib');
  });
});

describe.skipIf(process.platform === 'win32')(
  'downloadWheel (a shell script replaces Python: not on Windows)',
  () => {
    const choice = chooseWheel({ platform: 'linux', arch: 'x64', pythonVersion: '3.11.7' });
    if ('unavailable' in choice) throw new Error(choice.unavailable);

    async function python(script: string) {
      const command = join(await temporaryFolder(), 'python3');
      await writeFile(command, `#!/bin/sh\nfor last; do :; done\n${script}\n`);
      await chmod(command, 0o755);
      return { command, version: '3.11.7', machine: 'x86_64', pipVersion: '23.0' };
    }

    it('finds what pip downloaded', async () => {
      const folder = await temporaryFolder();
      const path = await downloadWheel(await python('echo x > "$last/tensorflow_cpu.whl"'), choice, folder);
      expect(path).toBe(join(folder, 'tensorflow_cpu.whl'));
    });

    it('passes on pip’s own reason', async () => {
      const failing = await python('echo "ERROR: No matching distribution found" >&2; exit 1');
      await expect(downloadWheel(failing, choice, await temporaryFolder())).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining('No matching distribution found') as string,
      });
    });
  },
);

describe('announcedBytes', () => {
  it('reads the size out of pip’s line', () => {
    expect(announcedBytes('  Downloading tensorflow_cpu-2.21.0-cp311.whl (273.8 MB)\n')).toBe(273_800_000);
    expect(announcedBytes('Downloading a.whl (12 kB)')).toBe(12_000);
    expect(announcedBytes('Collecting tensorflow-cpu==2.21.0')).toBeUndefined();
  });
});
