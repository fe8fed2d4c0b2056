import { UlmfitError } from '@ulmfit/kernels';
import { z } from 'zod';
import { removeQuietly, temporaryName } from './atomic-write.js';
import { errorCode, guardFiles, type FileSystem } from './file-system.js';
import { nodeBuiltin } from './node-builtin.js';

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Tells a process from a later one with the same number, where the system can. */
  identity: z.string().nullable(),
});
type Owner = z.infer<typeof ownerSchema>;

/** The locks of this process: another of its runs may ask for one of them. */
const held = new Set<string>();

/**
 * Takes a lock file, also from a process that died with it.
 * @returns what gives it back
 * @throws UlmfitError `RUN_LOCKED` naming the process that holds it, `FILE_ERROR`
 */
export function takeLock(path: string, files: FileSystem): () => void {
  const { hostname } = nodeBuiltin('os');
  const self: Owner = { pid: process.pid, host: hostname(), identity: identityOf(process.pid) };
  const content = new TextEncoder().encode(`${JSON.stringify(self)}\n`);
  return guardFiles(`lock ${path}`, () => {
    // Between a look and the next step another process may come first: then look again.
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        files.write(path, content, { exclusive: true });
        held.add(path);
        return () => {
          held.delete(path);
          removeQuietly(path, files);
        };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') {
          // The file was made and could not be filled: it is nobody's lock.
          if (errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT') removeQuietly(path, files);
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
      if (found !== 'unreadable' && !isDead(found, self, path)) throw locked(path, found, self);
      const away = temporaryName(path);
      try {
        files.rename(path, away);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue;
        throw error;
      }
      const moved = ownerOf(away, files);
      if (JSON.stringify(moved) !== JSON.stringify(found)) {
        // Another process had taken it over in between: its lock goes back.
        files.rename(away, path);
        continue;
      }
      removeQuietly(away, files);
    }
    throw new UlmfitError('RUN_LOCKED', `${path}: other processes keep taking the lock; try again`);
  });
}

function ownerOf(path: string, files: FileSystem): Owner | 'gone' | 'unreadable' {
  let text: string;
  try {
    text = new TextDecoder().decode(files.read(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable'; // its writer was killed before it could say its name
  }
}

function isDead(owner: Owner, self: Owner, path: string): boolean {
  if (owner.host !== self.host) return false; // not to be seen from here
  if (owner.pid === self.pid && owner.identity === self.identity) return !held.has(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return true;
  }
  return owner.identity !== null && identityOf(owner.pid) !== owner.identity;
}

function locked(path: string, { pid, host }: Owner, self: Owner): UlmfitError {
  const where = host === self.host ? '' : ` on ${host}`;
  const cure = host === self.host ? 'wait for it, or stop it' : `if it no longer runs, remove ${path}`;
  return new UlmfitError('RUN_LOCKED', `process ${pid}${where} is using this run (${path}); ${cure}`);
}

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
