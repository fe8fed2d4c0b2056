import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guardFiles, nodeFileSystem } from './file-system.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';

const { makeFolder } = nodeFileSystem;

it('makes a folder and those above it, and leaves one that is there', () => {
  const path = join(temporaryFolder(), 'a', 'b', 'c');
  for (let i = 0; i < 2; i++) makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('makes no folder where a file stands', () => {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => makeFolder(join(file, 'b'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

it.skipIf(!existsSync('/proc/self'))('gives up where no folder can be made, as under /proc', () => {
  const path = `/proc/${process.pid}/x/y`;
  expect(() => guardFiles(`create ${path}`, () => makeFolder(path))).toThrow(
    expect.objectContaining({ code: 'FILE_ERROR' }),
  );
});
