import { errorCode } from './error-code.js';
import { lockInKernel } from './kernel-lock.js';
import { isNetworkDisk } from './network-disk.js';
import { nodeBuiltin } from './node-builtin.js';
import {
  hasEnded,
  isSameKernel,
  isSameNamespace,
  thisProcess,
  type ProcessIdentity,
} from './process-identity.js';
import { temporaryName } from './temporary-name.js';

/** The file operations that a lock makes. */
export interface LockFiles {
  read(path: string): Uint8Array;
  /** Fails with `EEXIST` where the file exists. */
  write(path: string, bytes: Uint8Array, options: { exclusive: true }): void;
  rename(from: string, to: string): void;
  /** Nothing there is no error. */
  remove(path: string): void;
}

/** The process that holds a lock. */
export type LockOwner = ProcessIdentity;

/** A lock that this process has. */
export interface HeldLock {
  /** Gives it back. A file that another process has put there meanwhile stays. */
  release(): void;
  /**
   * Whether it is still this process's: where it slept for long, on a disk that several machines share, another may have
   * taken the lock over.
   */
  isHeld(): boolean;
}

/** A lock of another process, or of another part of this one. */
export interface ForeignLock {
  readonly owner: LockOwner;
  /** Whether that process is on this machine. */
  readonly isHere: boolean;
  /** Seconds since a process elsewhere was last heard of; `undefined` where that doesn't matter or isn't known. */
  readonly silentFor: number | undefined;
}

export type Lock = HeldLock | ForeignLock;

/** How often a holder says that it is still there, and after how long a silence a lock of another machine is free. Milliseconds. */
const BEAT = 30_000;
const SILENCE = 600_000;

/** What stands in a lock's file. */
interface LockRecord extends LockOwner {
  /** Whether the kernel holds the lock too. It then knows of the holder's end, whatever its number. */
  readonly kernel: boolean;
  /** No other lock has it. Earlier versions wrote none, and nothing later to be heard of. */
  readonly token: string | null;
}

/** The locks of this thread by token, where processes can't be told apart otherwise: another of its tasks may ask for one. */
const held = new Set<string>();
/** Those that it gave back, but whose files it could not remove. */
const leftBehind = new Set<string>();

/**
 * Takes a lock file, also from a process that has died with it. The kernel holds a lock on the open file for as long as its
 * process lives, so that of two processes in different containers only one gets it. Where the file system has no such
 * locks, the holder's number and start decide, and on a disk shared by machines whether it was heard of in the last ten minutes.
 * @returns the lock, or the process that holds it; nothing where others keep taking it
 * @throws what the file operations throw
 * @example
 * const lock = tryLock('run.lock');
 * if (lock && 'release' in lock) lock.release(); // else another process has it: `lock.owner`
 */
export function tryLock(
  path: string,
  files: LockFiles = disk,
  inKernel: typeof lockInKernel = lockInKernel,
): Lock | undefined {
  const self = thisProcess();
  // Between a look and the next step another process may come first: then look again.
  for (let attempt = 0; attempt < 20; attempt++) {
    const record: LockRecord = { ...self, kernel: false, token: crypto.randomUUID() };
    try {
      files.write(path, bytesOf(record), { exclusive: true });
      const lock = holdLock(path, record, files, inKernel);
      if (lock) return lock;
      continue;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        // The file was made and could not be filled: it is nobody's lock.
        if (['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')) tryRemove(path, files);
        throw error;
      }
    }
    const file = openLock(path);
    try {
      const state = file === undefined ? 'unavailable' : inKernel(file);
      if (file !== undefined && !isAt(path, file)) continue;
      const found = recordOf(path, files);
      if (found === 'gone') continue;
      // Another process may only be looking, as this one is, or just about to write its name.
      if (attempt < 3 && (state === 'busy' || found === 'unreadable')) {
        sleep(state === 'busy' ? 5 : 50);
        continue;
      }
      if (found === 'unreadable') {
        if (state === 'busy') continue;
      } else {
        const silentFor = silenceOf(path, found, self);
        if (state === 'busy' || !isDead(found, self, path, state, silentFor))
          return { owner: ownerOf(found), isHere: isSameKernel(found, self), silentFor };
      }
      takeAway(path, found, files);
    } finally {
      close(file);
    }
  }
  return undefined;
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called again and again while another process has the lock. */
  readonly onWait?: ((owner: LockOwner) => void) | undefined;
  /** Milliseconds between two looks. Default 250. */
  readonly every?: number;
}

/**
 * Runs `body` while no other process runs one under the same lock, waiting for those that came before.
 * @throws the signal's reason, what `body` throws, and the system's error where the lock's file can't be written
 * @example
 * await withLock('run.lock', async () => writeFile('words.txt', 'one\ntwo\n')); // nobody else is here
 */
export async function withLock<R>(
  path: string,
  body: () => Promise<R>,
  { signal, onWait, every = 250 }: WaitOptions = {},
): Promise<R> {
  for (;;) {
    signal?.throwIfAborted();
    const lock = tryLock(path);
    if (lock && 'release' in lock) {
      try {
        return await body();
      } finally {
        lock.release();
      }
    }
    if (lock) onWait?.(lock.owner);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** Holds a lock whose file this process has just made; nothing where another took it away at once. */
function holdLock(
  path: string,
  made: LockRecord,
  files: LockFiles,
  inKernel: typeof lockInKernel,
): HeldLock | undefined {
  const token = made.token ?? '';
  const file = openLock(path);
  let state = file === undefined ? 'unavailable' : inKernel(file);
  // Others that look have it for a moment.
  for (let i = 0; file !== undefined && state === 'busy' && i < 100; i++) {
    sleep(10);
    state = inKernel(file);
  }
  const isOurs = () => {
    const found = recordOf(path, files);
    return typeof found === 'object' && found.token === token;
  };
  if (state === 'busy' || (file !== undefined && !isAt(path, file)) || !isOurs()) {
    close(file);
    return undefined;
  }
  const bytes = bytesOf({ ...made, kernel: state === 'held' });
  const renew = () =>
    file !== undefined && tryTo(() => nodeBuiltin('fs').writeSync(file, bytes, 0, bytes.length, 0));
  renew();
  held.add(token);
  let isLost = false;
  let renewedAt = Date.now();
  const beat = () => {
    if (isLost) return;
    // A disk that fails just now doesn't say that the lock is lost.
    tryTo(() => (isLost = !isOurs()));
    if (!isLost) renew();
    renewedAt = Date.now();
  };
  const timer: { unref?: () => void } & ReturnType<typeof setInterval> = setInterval(beat, BEAT);
  timer.unref?.();
  return {
    isHeld() {
      if (Date.now() - renewedAt > 2 * BEAT) beat();
      return !isLost;
    },
    release() {
      clearInterval(timer);
      held.delete(token);
      try {
        if (isOurs() && !tryRemove(path, files)) leftBehind.add(token);
      } catch {
        leftBehind.add(token);
      }
      close(file);
    },
  };
}

/** Removes the lock of a process that has died, unless another has taken it over in between: that one goes back. */
function takeAway(path: string, found: LockRecord | 'unreadable', files: LockFiles): void {
  const away = temporaryName(path);
  try {
    files.rename(path, away);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = recordOf(away, files);
  if (JSON.stringify(moved) === JSON.stringify(found)) tryRemove(away, files);
  else files.rename(away, path);
}

function recordOf(path: string, files: LockFiles): LockRecord | 'gone' | 'unreadable' {
  let text: string;
  try {
    text = new TextDecoder().decode(files.read(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { pid, host, identity, namespace, kernel, token } = JSON.parse(text) as Partial<LockRecord>;
    const isOwner = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string';
    if (isOwner && (identity === null || typeof identity === 'string'))
      return {
        pid: Number(pid),
        host,
        identity,
        namespace: typeof namespace === 'string' ? namespace : null,
        kernel: kernel === true,
        token: typeof token === 'string' ? token : null,
      };
  } catch {
    // Told below: its writer was killed before it could say its name.
  }
  return 'unreadable';
}

/** @param state what the kernel says: `held` where it lets this process lock the file, so that no other does */
function isDead(
  found: LockRecord,
  self: LockOwner,
  path: string,
  state: ReturnType<typeof lockInKernel>,
  silentFor: number | undefined,
): boolean {
  const isLocal = isSameKernel(found, self) || !isNetworkDisk(nodeBuiltin('path').dirname(path));
  if (state === 'held' && found.kernel && isLocal) return true;
  if (found.host === self.host && isLocal && isSameNamespace(found, self)) {
    if (found.pid === self.pid && found.identity === self.identity) {
      if (found.token !== null && leftBehind.has(found.token)) return true;
      // Without an identity it may be an earlier process of this number; with one, perhaps another thread of this one has it.
      return self.identity === null && !held.has(found.token ?? '');
    }
    return hasEnded(found);
  }
  return silentFor !== undefined && silentFor * 1000 > SILENCE;
}

/** Seconds since the holder last wrote, by the clock of the disk; `undefined` for holders that write but once, or are seen otherwise. */
function silenceOf(path: string, found: LockRecord, self: LockOwner): number | undefined {
  if (found.token === null || (isSameKernel(found, self) && isSameNamespace(found, self))) return undefined;
  const fs = nodeBuiltin('fs');
  const probe = temporaryName(path);
  try {
    const last = fs.statSync(path).mtimeMs;
    // Clocks of machines differ: a file made now tells what the disk would write down.
    fs.writeFileSync(probe, '', { flag: 'wx' });
    return Math.max(0, Math.round((fs.statSync(probe).mtimeMs - last) / 1000));
  } catch {
    return undefined;
  } finally {
    tryTo(() => fs.rmSync(probe, { force: true }));
  }
}

const ownerOf = ({ pid, host, identity, namespace }: LockRecord): LockOwner => ({
  pid,
  host,
  identity,
  namespace,
});

/** Of one length whether the kernel holds it or not, so that it can be written over in place. */
const bytesOf = (record: LockRecord): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(record)}${record.kernel ? ' ' : ''}\n`);

/** Opens a lock's file for the kernel; nothing where it is gone or can't be written. */
function openLock(path: string): number | undefined {
  try {
    return nodeBuiltin('fs').openSync(path, 'r+');
  } catch {
    return undefined;
  }
}

function close(file: number | undefined): void {
  if (file !== undefined) tryTo(() => nodeBuiltin('fs').closeSync(file));
}

/** Whether an open file is still the one of that name. */
function isAt(path: string, file: number): boolean {
  const fs = nodeBuiltin('fs');
  try {
    const [open, named] = [fs.fstatSync(file, { bigint: true }), fs.statSync(path, { bigint: true })];
    return open.ino === named.ino && open.dev === named.dev;
  } catch {
    return false;
  }
}

const sleep = (milliseconds: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

const disk: LockFiles = {
  read: (path) => nodeBuiltin('fs').readFileSync(path),
  write: (path, bytes) => nodeBuiltin('fs').writeFileSync(path, bytes, { flag: 'wx' }),
  rename: (from, to) => nodeBuiltin('fs').renameSync(from, to),
  remove: (path) => nodeBuiltin('fs').rmSync(path, { force: true }),
};

/** Removes a file, if it can be: else the next process takes it over. */
const tryRemove = (path: string, files: LockFiles): boolean => tryTo(() => files.remove(path));

/** Whether it went well. */
function tryTo(operation: () => void): boolean {
  try {
    operation();
    return true;
  } catch {
    return false;
  }
}
