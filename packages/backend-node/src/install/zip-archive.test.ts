import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fake-wheel.test-helper.js';
import { ZipArchive } from './zip-archive.js';

describe('ZipArchive', () => {
  it('gives back what was packed, stored or deflated', async () => {
    const folder = await temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 3000 }), { maxKeys: 5 }),
        fc.constantFrom(0 as const, 6 as const),
        async (files, level) => {
          const path = join(folder, `${run++}.zip`);
          await writeFile(path, zipSync(files, { level }));
          const archive = await ZipArchive.open(path);
          try {
            expect(archive.entries.map(({ name }) => name).sort()).toEqual(Object.keys(files).sort());
            for (const entry of archive.entries) {
              const out = join(folder, `${run++}`);
              await archive.extract(entry, out);
              expect(new Uint8Array(await readFile(out))).toEqual(files[entry.name]);
            }
          } finally {
            await archive.close();
          }
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  it('refuses an archive that was cut short', async () => {
    const path = join(await temporaryFolder(), 'cut.zip');
    const whole = zipSync({ a: new Uint8Array(1000), b: new Uint8Array(1000) });
    for (const bytes of [0, 10, whole.length - 30]) {
      await writeFile(path, whole.subarray(0, bytes));
      await expect(ZipArchive.open(path)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
    }
  });

  it.each([0, 6] as const)('notices a changed byte at level %i', async (level) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'changed.zip');
    const bytes = zipSync({ a: new TextEncoder().encode('some text '.repeat(100)) }, { level });
    const at = 30 + 1 + 8;
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    await writeFile(path, bytes);
    const archive = await ZipArchive.open(path);
    const [entry] = archive.entries;
    expect(entry).toBeDefined();
    if (entry !== undefined) {
      await expect(archive.extract(entry, join(folder, 'out'))).rejects.toMatchObject({
        code: 'BAD_ARCHIVE',
      });
    }
    await archive.close();
  });
});
