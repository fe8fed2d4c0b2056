import { errorCode } from './error-code.js';
import { nodeBuiltin } from './node-builtin.js';
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
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same number, where the system can. */
  readonly identity: string | null;
}

/** A lock that was taken, or who has it. */
export type Lock = { readonly release: () => void } | { readonly owner: LockOwner; readonly isHere: boolean };

/** The locks of this process, where processes can't be told apart otherwise: another of its tasks may ask for one. */
const held = new Set<string>();
/** Those that it gave back, but whose files it could not remove. */
const leftBehind = new Set<string>();

/**
 * Takes a lock file, also from a process that has died with it.
 * @returns what gives it back, or the process that holds it, and whether that is on this machine; nothing where others
 *   keep taking it
 * @throws what the file operations throw
 */
export function tryLock(path: string, files: LockFiles = disk): Lock | undefined {
  const self = thisProcess();
  const content = new TextEncoder().encode(`${JSON.stringify(self)}\n`);
  // Between a look and the next step another process may come first: then look again.
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      files.write(path, content, { exclusive: true });
      const place = nodeBuiltin('path').resolve(path);
      held.add(place);
      leftBehind.delete(place);
      const release = () => {
        held.delete(place);
        if (!tryRemove(path, files)) leftBehind.add(place);
      };
      return { release };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        // The file was made and could not be filled: it is nobody's lock.
        if (['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')) tryRemove(path, files);
        throw error;
      }
    }
    const found = ownerOf(path, files);
    if (found === 'gone') continue;
    if (found === 'unreadable' && attempt < 3) {
      // Perhaps its owner is just about to write its name.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      continue;
    }
    if (found !== 'unreadable' && !isDead(found, self, path))
      return { owner: found, isHere: found.host === self.host };
    takeAway(path, found, files);
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

/** Removes the lock of a process that has died, unless another has taken it over in between: that one goes back. */
function takeAway(path: string, found: LockOwner | 'unreadable', files: LockFiles): void {
  const away = temporaryName(path);
  try {
    files.rename(path, away);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = ownerOf(away, files);
  if (JSON.stringify(moved) === JSON.stringify(found)) tryRemove(away, files);
  else files.rename(away, path);
}

function ownerOf(path: string, files: LockFiles): LockOwner | 'gone' | 'unreadable' {
  let text: string;
  try {
    text = new TextDecoder().decode(files.read(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { pid, host, identity } = JSON.parse(text) as Partial<LockOwner>;
    const isOwner = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string';
    if (isOwner && (identity === null || typeof identity === 'string'))
      return { pid: Number(pid), host, identity };
  } catch {
    // Told below: its writer was killed before it could say its name.
  }
  return 'unreadable';
}

function isDead(owner: LockOwner, self: LockOwner, path: string): boolean {
  if (owner.host !== self.host) return false; // not to be seen from here
  if (owner.pid === self.pid && owner.identity === self.identity) {
    const place = nodeBuiltin('path').resolve(path);
    // Without an identity it may be an earlier process of this number; with one, perhaps another thread of this one has it.
    return leftBehind.has(place) || (self.identity === null && !held.has(place));
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return true;
  }
  return owner.identity !== null && identityOf(owner.pid) !== owner.identity;
}

const thisProcess = (): LockOwner => ({
  pid: process.pid,
  host: nodeBuiltin('os').hostname(),
  identity: identityOf(process.pid),
});

/** The start of the machine and of the process, on Linux; `null` elsewhere. */
function identityOf(pid: number): string | null {
  const { readFileSync } = nodeBuiltin('fs');
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second one, a name in parentheses, may hold spaces.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start ? `${boot}/${start}` : null;
  } catch {
    return null;
  }
}

const disk: LockFiles = {
  read: (path) => nodeBuiltin('fs').readFileSync(path),
  write: (path, bytes) => nodeBuiltin('fs').writeFileSync(path, bytes, { flag: 'wx' }),
  rename: (from, to) => nodeBuiltin('fs').renameSync(from, to),
  remove: (path) => nodeBuiltin('fs').rmSync(path, { force: true }),
};

/** Removes a file, if it can be: else the next process takes it over. */
function tryRemove(path: string, files: LockFiles): boolean {
  try {
    files.remove(path);
    return true;
  } catch {
    return false;
  }
}
