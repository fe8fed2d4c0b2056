import { stat } from 'node:fs/promises';
import { showName, UlmfitError } from '@ulmfit/errors';
import { errorCode } from '@ulmfit/files';

/** What stands at a path, and what tells whether it has changed since. */
export interface PathKind {
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Looks at a path before anything is read.
 * @throws UlmfitError `NO_SUCH_PATH`; `NOT_A_FILE` for a pipe or a device, which would hang or can't be read twice;
 * `FILE_ERROR` where the system refuses.
 */
export async function pathKind(path: string): Promise<PathKind> {
  const found = await stat(path).catch((error: unknown) => {
    throw describeFileError(path, error);
  });
  if (found.isFile()) return { kind: 'file', size: found.size, mtimeMs: found.mtimeMs };
  if (found.isDirectory()) return { kind: 'folder', size: 0, mtimeMs: found.mtimeMs };
  throw new UlmfitError(
    'NOT_A_FILE',
    `${showName(path)}: is neither a file nor a folder; save its content as a file`,
  );
}

/** An error of the system as one line; any other error as it is. */
export function describeFileError(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof UlmfitError || code === undefined || !('syscall' in (error as Error))) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UlmfitError('NO_SUCH_PATH', `${showName(path)}: no such file or folder; check the path`, {
      cause: error,
    });
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? 'no permission' : code;
  return new UlmfitError('FILE_ERROR', `${showName(path)}: can't be read (${reason}); make it readable`, {
    cause: error,
  });
}
