import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toyRanks } from '@ulmfit/plugin-testkit';
import { expect, it } from 'vitest';
import { mirroredFolder } from './mirrored-folder.js';

const inFolder = async (body: (path: string) => Promise<void>): Promise<void> => {
  const path = mkdtempSync(join(tmpdir(), 'mirror-test-'));
  try {
    await body(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
};

it('gives the other ranks a copy, which goes in the end', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'deep', 'er'), { recursive: true });
    writeFileSync(join(path, 'config.json'), '{}');
    writeFileSync(join(path, 'deep', 'er', 'weights'), Uint8Array.of(1, 2, 3));
    writeFileSync(join(path, 'lock.json'), 'mine');
    const isLock = (name: string) => name === 'lock.json';
    const ranks = toyRanks(2).map((rank) => mirroredFolder(rank, path, isLock));
    const [first, second] = await Promise.all(ranks);
    expect(first?.path).toBe(path);
    const copy = second?.path ?? '';
    expect(copy).not.toBe(path);
    expect([...readFileSync(join(copy, 'deep', 'er', 'weights'))]).toEqual([1, 2, 3]);
    expect(existsSync(join(copy, 'config.json'))).toBe(true);
    expect(existsSync(join(copy, 'lock.json'))).toBe(false);
    first?.remove();
    second?.remove();
    expect([existsSync(path), existsSync(copy)]).toEqual([true, false]);
  }));

it('gives them an empty folder where the first one has none yet', () =>
  inFolder(async (path) => {
    const ranks = toyRanks(2).map((rank) => mirroredFolder(rank, join(path, 'new')));
    const [first, second] = await Promise.all(ranks);
    expect(existsSync(first?.path ?? '')).toBe(false);
    expect(existsSync(second?.path ?? '')).toBe(true);
    second?.remove();
  }));
