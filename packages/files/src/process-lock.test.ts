import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tryLock, withLock, type LockFiles } from './process-lock.js';

function lockPath(): { path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { path: join(folder, 'x.lock'), folder };
}

/** A process of the test's own that does nothing. */
function bystander() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('tryLock', () => {
  it('gives a lock to one, and says who has it', () => {
    const { path, folder } = lockPath();
    const first = tryLock(path);
    expect(tryLock(path)).toMatchObject({ owner: { pid: process.pid, host: hostname() }, isHere: true });
    if (!first || !('release' in first)) throw new Error('the lock was free');
    first.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes it over when its process has died, and not before', async () => {
    const { path, folder } = lockPath();
    const other = bystander();
    writeFileSync(path, JSON.stringify({ pid: other.pid, host: hostname(), identity: null }));
    expect(tryLock(path)).toMatchObject({ owner: { pid: other.pid } });
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
    expect(tryLock(path)).toHaveProperty('release');
    expect(readdirSync(folder)).toEqual(['x.lock']);
  });

  it.skipIf(!existsSync('/proc/self/stat'))('knows a later process of the same number by its start', () => {
    const { path } = lockPath();
    const other = bystander();
    writeFileSync(path, JSON.stringify({ pid: other.pid, host: hostname(), identity: 'another boot/1' }));
    expect(tryLock(path)).toHaveProperty('release');
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'knows its own by any spelling, and that of another thread',
    () => {
      const { path, folder } = lockPath();
      const lock = tryLock(path);
      expect(tryLock(`${folder}/./x.lock`)).toMatchObject({ owner: { pid: process.pid } });
      if (!lock || !('release' in lock)) throw new Error('the lock was free');
      // As a worker thread would have written it.
      const content = readFileSync(path, 'utf8');
      lock.release();
      writeFileSync(path, content);
      expect(tryLock(path)).toMatchObject({ owner: { pid: process.pid } });
    },
  );

  it('takes over one of its own that could not be removed', () => {
    const { path } = lockPath();
    const disk: LockFiles = {
      read: (file) => readFileSync(file),
      write: (file, bytes) => writeFileSync(file, bytes, { flag: 'wx' }),
      rename: (from, to) => renameSync(from, to),
      remove: () => {
        throw new Error('a failing disk');
      },
    };
    const lock = tryLock(path, disk);
    if (!lock || !('release' in lock)) throw new Error('the lock was free');
    lock.release();
    expect(existsSync(path)).toBe(true);
    expect(tryLock(path)).toHaveProperty('release');
  });

  it.each([
    ['a process elsewhere', { pid: 1, host: 'elsewhere', identity: null }, { isHere: false }],
    ['nobody, half written', '{"pid": 1', { release: expect.any(Function) as unknown }],
    ['nobody, of another shape', { pid: -1 }, { release: expect.any(Function) as unknown }],
  ])('with the lock of %s', (_, content, expected) => {
    const { path } = lockPath();
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    expect(tryLock(path)).toMatchObject(expected);
  });
});

describe('withLock', () => {
  it('lets one after the other', async () => {
    const { path } = lockPath();
    const seen: string[] = [];
    const task = (name: string) =>
      withLock(
        path,
        async () => {
          seen.push(`${name} begins`);
          await sleep(20);
          seen.push(`${name} ends`);
        },
        { every: 5 },
      );
    await Promise.all(['a', 'b', 'c'].map(task));
    for (let i = 0; i < 6; i += 2) expect(seen[i + 1]).toBe(seen[i]?.replace('begins', 'ends'));
  });

  it('gives it back when the body throws, and stops waiting when it is told to', async () => {
    const { path } = lockPath();
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const controller = new AbortController();
    const owners: number[] = [];
    await withLock(path, async () => {
      const waiting = withLock(path, () => Promise.resolve(), {
        every: 5,
        signal: controller.signal,
        onWait: ({ pid }) => {
          owners.push(pid);
          controller.abort(new Error('enough'));
        },
      });
      await expect(waiting).rejects.toThrow('enough');
    });
    expect(owners).toEqual([process.pid]);
    expect(existsSync(path)).toBe(false);
  });

  it('waits for another process, and goes on when that one is killed', async () => {
    const { path } = lockPath();
    const other = bystander();
    const owner = JSON.stringify({ pid: other.pid, host: hostname(), identity: null });
    writeFileSync(path, owner);
    let looks = 0;
    const onWait = () => {
      expect(readFileSync(path, 'utf8')).toBe(owner);
      if (++looks === 3) other.kill('SIGKILL');
    };
    expect(await withLock(path, () => Promise.resolve(looks), { every: 5, onWait })).toBeGreaterThanOrEqual(
      3,
    );
  });
});
