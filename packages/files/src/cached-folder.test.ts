import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureCachedFolder } from './cached-folder.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';

it('fills a whole folder again when it is told to, and leaves nothing beside it', async () => {
  const cache = temporaryFolder();
  const folder = join(cache, 'binding');
  const fill = (content: string) => (temporary: string) => writeFile(join(temporary, 'x'), content);
  const content = () => readFile(join(folder, 'x'), 'utf8');
  expect(await ensureCachedFolder(folder, fill('first'))).toBe(false);
  expect(await ensureCachedFolder(folder, fill('second'))).toBe(true);
  expect(await content()).toBe('first');
  expect(await ensureCachedFolder(folder, fill('third'), { rebuild: true })).toBe(false);
  expect(await content()).toBe('third');
  const failing = () => Promise.reject(new Error('no network'));
  await expect(ensureCachedFolder(folder, failing, { rebuild: true })).rejects.toThrow('no network');
  expect(await content()).toBe('third');
  expect(await readdir(cache)).toEqual(['binding']);
});
