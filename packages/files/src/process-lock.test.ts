import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockInKernel } from './kernel-lock.js';
import { tryLock, withLock, type LockFiles } from './process-lock.js';

function lockPath(): { path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { path: join(folder, 'x.lock'), folder };
}

const noKernel = () => 'unavailable' as const;

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
    'takes the lock of a process that nobody has reaped',
    async () => {
      const { path } = lockPath();
      // The shell becomes `sleep`, which asks nobody how they ended: its child stays a zombie.
      const shell = spawn('sh', ['-c', 'sh -c "echo \\$\\$; exec sleep 0.01" & exec sleep 100']);
      onTestFinished(() => void shell.kill('SIGKILL'));
      const pid = Number(String((await once(shell.stdout, 'data'))[0]));
      const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
      await vi.waitUntil(() => stat().includes(') Z '), { timeout: 5000, interval: 5 });
      writeFileSync(path, JSON.stringify({ pid, host: hostname(), identity: null }));
      expect(() => process.kill(pid, 0)).not.toThrow();
      expect(tryLock(path)).toHaveProperty('release');
    },
  );

  it.skipIf(!existsSync('/proc/self/stat'))('knows its own by any spelling', () => {
    const { path, folder } = lockPath();
    expect(tryLock(path)).toHaveProperty('release');
    expect(tryLock(`${folder}/./x.lock`)).toMatchObject({ owner: { pid: process.pid }, isHere: true });
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'leaves that of another thread where the kernel has no locks',
    () => {
      const { path } = lockPath();
      const lock = tryLock(path, undefined, noKernel);
      if (!lock || !('release' in lock)) throw new Error('the lock was free');
      const content = readFileSync(path, 'utf8');
      expect(JSON.parse(content)).toMatchObject({ kernel: false });
      lock.release();
      expect(existsSync(path)).toBe(false);
      // As another thread would have written it.
      writeFileSync(path, content);
      expect(tryLock(path, undefined, noKernel)).toMatchObject({ owner: { pid: process.pid } });
    },
  );

  it('gives back no lock but its own', () => {
    const { path } = lockPath();
    const lock = tryLock(path);
    if (!lock || !('release' in lock)) throw new Error('the lock was free');
    expect(lock.isHeld()).toBe(true);
    const other = JSON.stringify({ pid: 1, host: 'elsewhere', identity: null });
    writeFileSync(path, other);
    lock.release();
    expect(readFileSync(path, 'utf8')).toBe(other);
  });

  it('notices that another has taken over while it was not to be heard of', () => {
    const { path } = lockPath();
    const lock = tryLock(path);
    if (!lock || !('release' in lock)) throw new Error('the lock was free');
    onTestFinished(() => lock.release());
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(lock.isHeld()).toBe(true);
    writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', identity: null }));
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(lock.isHeld()).toBe(false);
  });

  it.each([
    [5, { isHere: false, silentFor: 5, owner: { host: 'elsewhere' } }],
    [599, { isHere: false, silentFor: 599 }],
    [602, { release: expect.any(Function) as unknown }],
  ])('of another machine, heard of %i s ago', (seconds, expected) => {
    const { path } = lockPath();
    const owner = {
      pid: 1,
      host: 'elsewhere',
      identity: 'other/1',
      namespace: null,
      kernel: true,
      token: 't',
    };
    writeFileSync(path, JSON.stringify(owner));
    const at = Date.now() / 1000 - seconds;
    utimesSync(path, at, at);
    expect(tryLock(path, undefined, noKernel)).toMatchObject(expected);
  });

  it.skipIf(lockInKernel(openSync(fileURLToPath(import.meta.url), 'r+')) === 'unavailable')(
    "is the kernel's word against a number, a host and a namespace of another container",
    () => {
      const { path } = lockPath();
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      // Its number is alive here, and is another process there.
      const owner = { pid: 1, host: 'container', identity: `${boot}/1`, namespace: 'pid:[1]', kernel: true };
      writeFileSync(path, JSON.stringify({ ...owner, token: 't' }));
      const file = openSync(path, 'r+');
      expect(lockInKernel(file)).toBe('held');
      expect(tryLock(path)).toMatchObject({ isHere: true, owner: { pid: 1, host: 'container' } });
      closeSync(file);
      expect(tryLock(path)).toHaveProperty('release');
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
