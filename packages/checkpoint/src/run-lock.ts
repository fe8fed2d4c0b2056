import { showName, UlmfitError } from '@ulmfit/errors';
import { type FileSystem, guardFiles, type HeldLock, tryLock } from '@ulmfit/files/portable';

/** The name of a run's lock file in its folder. */
export const LOCK = 'lock.json';

/**
 * Takes a run's lock file, also from a process that died with it.
 * @throws UlmfitError `RUN_LOCKED` naming the process that holds it, `FILE_ERROR`
 */
export function takeLock(path: string, files: FileSystem): HeldLock {
  const lock = guardFiles(`lock ${path}`, () => tryLock(path, files));
  if (!lock) throw new UlmfitError('RUN_LOCKED', `${path}: other processes keep taking the lock; try again`);
  if ('release' in lock) return lock;
  const { owner, isHere, silentFor } = lock;
  const where = isHere ? '' : ` on ${showName(owner.host)}`;
  const heard = silentFor === undefined ? '' : `, heard of ${silentFor} s ago`;
  const cure =
    isHere && silentFor === undefined
      ? 'wait for it, or stop it'
      : silentFor === undefined
        ? `if it no longer runs, remove ${path}`
        : 'wait for it, or stop it; where it has died, try again ten minutes after it was last heard of';
  throw new UlmfitError(
    'RUN_LOCKED',
    `process ${owner.pid}${where} is using this run (${path}${heard}); ${cure}`,
  );
}

/**
 * The same files, whose changes are refused once another process has taken the run over, or its folder was removed:
 * a checkpoint would be left alone there.
 */
export function whileHeld(files: FileSystem, lock: HeldLock, path: string): FileSystem {
  const guarded =
    <A extends unknown[]>(operation: (...args: A) => void) =>
    (...args: A) => {
      if (!files.exists(`${path}/${LOCK}`))
        throw new UlmfitError(
          'RUN_REMOVED',
          `${path} or its ${LOCK} was removed during the run; run the same command again`,
        );
      if (!lock.isHeld())
        throw new UlmfitError(
          'RUN_LOCKED',
          `another process took over this run (${path}) while this one did not respond; stop one of them`,
        );
      operation(...args);
    };
  return {
    ...files,
    makeFolder: guarded((...args: Parameters<FileSystem['makeFolder']>) => files.makeFolder(...args)),
    write: guarded((...args: Parameters<FileSystem['write']>) => files.write(...args)),
    append: guarded((...args: Parameters<FileSystem['append']>) => files.append(...args)),
    truncate: guarded((...args: Parameters<FileSystem['truncate']>) => files.truncate(...args)),
    rename: guarded((...args: Parameters<FileSystem['rename']>) => files.rename(...args)),
    remove: guarded((...args: Parameters<FileSystem['remove']>) => files.remove(...args)),
  };
}
