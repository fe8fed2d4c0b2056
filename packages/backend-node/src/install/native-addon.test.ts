import { spawnSync } from 'node:child_process';
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheDirectory } from '@ulmfit/files';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { quietly, stderrAddon } from '../quiet-load.js';
import { findCompiler, findNodeHeaders } from './binding.js';
import { temporaryFolder } from './fake-wheel.test-helper.js';
import { addonPath, ensureAddon } from './native-addon.js';

const missing =
  process.platform === 'win32'
    ? 'not on Windows'
    : (await findCompiler()) === undefined
      ? 'no C++ compiler'
      : (await findNodeHeaders()) === undefined
        ? 'no headers of Node'
        : undefined;

describe('addonPath', () => {
  it('changes with the source and with the compiler’s arguments', async () => {
    const folder = await temporaryFolder();
    const source = pathToFileURL(join(folder, 'x.cc'));
    await copyFile(stderrAddon.source, source);
    const first = await addonPath({ name: 'x', source }, folder);
    expect(await addonPath({ name: 'x', source, flags: ['-g'] }, folder)).not.toBe(first);
    await writeFile(source, '// another');
    expect(await addonPath({ name: 'x', source }, folder)).not.toBe(first);
  });
});

describe.skipIf(missing !== undefined)(
  `ensureAddon${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    it('compiles the one that turns standard error off and on', async () => {
      const cache = await temporaryFolder();
      const path = await ensureAddon(stderrAddon, cache);
      expect(path).toBe(await addonPath(stderrAddon, cache));
      const program = `
      const { writeSync } = require('node:fs');
      const { mute, restore } = require(${JSON.stringify(path)});
      writeSync(2, 'a'); mute(); mute(); writeSync(2, 'b'); restore(); restore(); writeSync(2, 'c');
      mute(); writeSync(2, 'd'); restore(); writeSync(2, 'e');`;
      expect(spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' }).stderr).toBe('ace');
    });

    it('is not loaded where it was cut, which would end the process', async () => {
      const home = await temporaryFolder();
      vi.stubEnv('ULMFIT_CACHE', join(home, 'ulmfit'));
      onTestFinished(() => void vi.unstubAllEnvs());
      const path = await ensureAddon(stderrAddon, cacheDirectory());
      expect(path.startsWith(home)).toBe(true);
      await truncate(path, 5000);
      expect(await quietly(async () => 'loaded')).toBe('loaded');
    });

    it('passes on the compiler’s reason', async () => {
      const folder = await temporaryFolder();
      const source = pathToFileURL(join(folder, 'bad.cc'));
      await writeFile(source, 'int f() { return undeclared; }');
      await expect(ensureAddon({ name: 'bad', source }, folder)).rejects.toMatchObject({
        code: 'BUILD_FAILED',
        message: expect.stringContaining('undeclared') as string,
      });
    });
  },
);
