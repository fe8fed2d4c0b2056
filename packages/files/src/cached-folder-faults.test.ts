import type * as promises from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ensureCachedFolder } from './cached-folder.js';
import { verifyManifest } from './manifest.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';

const faults = vi.hoisted(() => {
  const state = { changes: 0, at: Infinity, forever: false };
  return {
    state,
    /** Counts a change of the disk, and lets the chosen one fail, or all from it on, as if the process had died. */
    change() {
      const n = state.changes++;
      if (n === state.at || (state.forever && n > state.at))
        throw Object.assign(new Error('EIO: made to fail'), { code: 'EIO', syscall: 'write' });
    },
  };
});

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof promises>();
  const failing =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      faults.change();
      return operation(...args);
    };
  const changing = ['mkdir', 'rename', 'rm', 'writeFile'] as const;
  return {
    ...fs,
    ...Object.fromEntries(changing.map((name) => [name, failing(fs[name] as () => Promise<unknown>)])),
    open: async (...args: Parameters<typeof fs.open>) => {
      faults.change();
      const handle = await fs.open(...args);
      return Object.assign(handle, {
        writeFile: failing(handle.writeFile.bind(handle)),
        sync: failing(handle.sync.bind(handle)),
      });
    },
  };
});
// After the mock, which the content is written through as well.
const { mkdir, writeFile } = await import('node:fs/promises');

const content = { 'lib/a.so': 'a library', 'lib/b.so': 'another', 'include/c.h': 'a header' };
async function fill(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(content)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
const isWhole = (folder: string) =>
  Object.entries(content).every(([name, text]) => readFileSync(join(folder, name), 'utf8') === text);

it.each([
  ['fails once', false, false],
  ['fails from then on', true, false],
  ['fails once, instead of another one', false, true],
  ['fails from then on, instead of another one', true, true],
])(
  'an install of which any operation %s is whole or not trusted, and the next one works',
  async (_, forever, rebuild) => {
    let operations = 0;
    for (let at = 0; ; at++) {
      const cache = temporaryFolder();
      const folder = join(cache, 'engine', 'library');
      Object.assign(faults.state, { at: Infinity, forever });
      if (rebuild) await ensureCachedFolder(folder, fill);
      Object.assign(faults.state, { changes: 0, at });
      const failed = await ensureCachedFolder(folder, fill, { rebuild }).then(
        () => undefined,
        (error: unknown) => error,
      );
      operations = faults.state.changes;
      Object.assign(faults.state, { at: Infinity, forever: false });
      // What is trusted is whole.
      if (existsSync(folder) && (await verifyManifest(folder)) === undefined)
        expect(isWhole(folder)).toBe(true);
      if (failed !== undefined) expect(failed).toMatchObject({ code: 'EIO' });
      await ensureCachedFolder(folder, fill);
      expect(await verifyManifest(folder)).toBeUndefined();
      expect(isWhole(folder)).toBe(true);
      // The next process sweeps what this one, which lives, could not remove.
      if (!forever && failed === undefined) expect(readdirSync(join(cache, 'engine'))).toEqual(['library']);
      if (operations <= at) break;
    }
    expect(operations).toBe(rebuild ? 25 : 22);
  },
);
