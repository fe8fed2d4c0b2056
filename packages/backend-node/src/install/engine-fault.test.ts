import { mkdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeManifest } from '@ulmfit/files';
import { describe, expect, it } from 'vitest';
import { bindingFolder, engineFault } from './engine-fault.js';
import { temporaryFolder } from './fake-wheel.test-helper.js';
import type { TfjsNodePackage } from './tfjs-node-package.js';

/** An engine as an installation leaves it, of files of a few bytes. */
async function engine() {
  const root = await temporaryFolder();
  const tfjsNode: TfjsNodePackage = {
    directory: join(root, 'tfjs-node'),
    version: '4.22.0',
    bindingPath: 'lib/napi-v8/tfjs_binding.node',
    napiVersion: 8,
  };
  const library = join(root, 'cache', 'tensorflow-1');
  const built = bindingFolder(join(root, 'cache'), tfjsNode, 'tensorflow-1');
  const path = join(library, 'lib', 'libtensorflow_cc.so.2');
  const binding = join(tfjsNode.directory, tfjsNode.bindingPath);
  for (const file of [path, binding, join(built, 'tfjs_binding.node')]) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'a library');
  }
  await writeManifest(library);
  await writeManifest(built);
  await symlink(library, join(tfjsNode.directory, 'deps'));
  return { tfjsNode, library, path, binding };
}

describe('what is wrong with an engine', () => {
  it('is nothing where its files are as they were put there', async () => {
    expect(await engineFault((await engine()).tfjsNode)).toBeUndefined();
  });

  it('is a library or a binding that was cut', async () => {
    for (const which of ['path', 'binding'] as const) {
      const { tfjsNode, ...files } = await engine();
      await truncate(files[which], 5);
      expect(await engineFault(tfjsNode)).toMatch(`${files[which]} has 5 bytes`);
    }
  });

  it('is a library of other bytes, which are looked at only when its time has changed', async () => {
    const { tfjsNode, path, library } = await engine();
    await writeFile(path, 'a LIBRARY');
    expect(await engineFault(tfjsNode)).toMatch(`${path} `);
    await writeFile(path, 'a library');
    const later = new Date('2031-02-03T04:05:06Z');
    await utimes(path, later, later);
    expect(await engineFault(tfjsNode)).toBeUndefined();
    expect(await readFile(join(library, 'verified.json'), 'utf8')).toContain(`${later.getTime()}`);
    // A cache of an earlier version has no times.
    await rm(join(library, 'verified.json'));
    expect(await engineFault(tfjsNode)).toBeUndefined();
  });

  it('is not known where another installer has put it in place', async () => {
    const { tfjsNode, library, path } = await engine();
    await rm(join(library, 'manifest.json'));
    await truncate(path, 5);
    expect(await engineFault(tfjsNode)).toBeUndefined();
  });
});
