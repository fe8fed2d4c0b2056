import { errorCode } from './error-code.js';
import { nodeBuiltin } from './node-builtin.js';

/** Of the package that has the system's locks of files, what is used here. */
interface FileLocks {
  tryLock(file: number, offset: number, length: number): boolean;
}

/** What is locked is a byte far behind the content: on Windows nobody else reads locked bytes. */
const AT = 2 ** 40;

/**
 * Lets the kernel hold a lock on an open file until the file is closed, or the process ends in any way. The kernel answers for
 * every process of the machine, in any container.
 * @param file a file descriptor, open for writing
 * @returns whether this process has the lock now, another has it, or neither the package nor the file system offers locks
 */
export function lockInKernel(file: number): 'held' | 'busy' | 'unavailable' {
  locks ??= load();
  if (!locks) return 'unavailable';
  try {
    return locks.tryLock(file, AT, 1) ? 'held' : 'busy';
  } catch (error) {
    // Windows and flock have names of their own for it.
    return ['EAGAIN', 'EACCES', 'EBUSY', 'EWOULDBLOCK'].includes(errorCode(error) ?? '')
      ? 'busy'
      : 'unavailable';
  }
}

let locks: FileLocks | null | undefined;

/** `null` on platforms that the package has nothing built for. */
function load(): FileLocks | null {
  try {
    const require = nodeBuiltin('module').createRequire(import.meta.url);
    const loaded: unknown = require('fs-native-extensions');
    return hasLocks(loaded) ? loaded : null;
  } catch {
    return null;
  }
}

const hasLocks = (loaded: unknown): loaded is FileLocks =>
  typeof loaded === 'object' &&
  loaded !== null &&
  'tryLock' in loaded &&
  typeof loaded.tryLock === 'function';
