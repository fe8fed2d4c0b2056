import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zip } from './zip-writer.test-helper.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';
import { ZipFile } from './zip-file.js';

describe('ZipFile', () => {
  it('gives back what was packed, stored or deflated', async () => {
    const folder = temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 3000 }), { maxKeys: 5 }),
        fc.constantFrom(0 as const, 6 as const),
        async (files, level) => {
          const path = join(folder, `${run++}.zip`);
          await writeFile(path, zipSync(files, { level }));
          const archive = ZipFile.open(path);
          try {
            expect(archive.names.sort()).toEqual(Object.keys(files).sort());
            for (const name of archive.names) {
              const out = join(folder, `${run++}`);
              await archive.extract(name, out);
              expect(new Uint8Array(await readFile(out))).toEqual(files[name]);
              expect(archive.sizeOf(name)).toBe(files[name]?.length);
            }
          } finally {
            archive.close();
          }
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  it('refuses an archive that was cut short', async () => {
    const path = join(temporaryFolder(), 'cut.zip');
    const whole = zipSync({ a: new Uint8Array(1000), b: new Uint8Array(1000) });
    for (const bytes of [0, 10, whole.length - 30]) {
      await writeFile(path, whole.subarray(0, bytes));
      expect(() => ZipFile.open(path)).toThrow(expect.objectContaining({ code: 'BAD_ZIP' }));
    }
  });

  it.each([0, 6] as const)('notices a changed byte at level %i', async (level) => {
    const folder = temporaryFolder();
    const path = join(folder, 'changed.zip');
    const bytes = zipSync({ a: new TextEncoder().encode('some text '.repeat(100)) }, { level });
    const at = 30 + 1 + 8;
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    await writeFile(path, bytes);
    const archive = ZipFile.open(path);
    await expect(archive.extract('a', join(folder, 'out'))).rejects.toMatchObject({ code: 'BAD_ZIP' });
    archive.close();
  });

  it('leaves out folders, and refuses a file that unpacks to more than its entry says', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lying.zip');
    const data = new Uint8Array(1000);
    await writeFile(
      path,
      zip([
        { name: 'a/', data: new Uint8Array(0) },
        { name: 'a/b', data, packed: deflateSync(data), size: 10 },
      ]),
    );
    const archive = ZipFile.open(path);
    expect(archive.names).toEqual(['a/b']);
    await expect(archive.extract('a/b', join(folder, 'out'))).rejects.toThrow(/longer than its entry says/);
    archive.close();
  });
});
