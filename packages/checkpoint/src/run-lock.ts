import { UlmfitError } from '@ulmfit/errors';
import { type FileSystem, guardFiles, tryLock } from '@ulmfit/files/portable';

/**
 * Takes a run's lock file, also from a process that died with it.
 * @returns what gives it back
 * @throws UlmfitError `RUN_LOCKED` naming the process that holds it, `FILE_ERROR`
 */
export function takeLock(path: string, files: FileSystem): () => void {
  const lock = guardFiles(`lock ${path}`, () => tryLock(path, files));
  if (!lock) throw new UlmfitError('RUN_LOCKED', `${path}: other processes keep taking the lock; try again`);
  if ('release' in lock) return lock.release;
  const { owner, isHere } = lock;
  const where = isHere ? '' : ` on ${owner.host}`;
  const cure = isHere ? 'wait for it, or stop it' : `if it no longer runs, remove ${path}`;
  throw new UlmfitError('RUN_LOCKED', `process ${owner.pid}${where} is using this run (${path}); ${cure}`);
}
