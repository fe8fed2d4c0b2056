import { nodeFileSystem, type FileSystem } from './file-system.js';

/** A failure as the system reports it. */
export const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: made to fail`), { code });

/** The disk, failing at its `at`-th change and, with `forever`, at all that follow, as if the process had died. */
export function failingFiles(at: number, code: string, forever = false): FileSystem & { changes: number } {
  const counted = <A extends unknown[]>(operation: (...args: A) => void, half?: (...args: A) => void) => {
    return (...args: A) => {
      const n = files.changes++;
      if (n === at) half?.(...args);
      if (n === at || (forever && n > at)) throw systemError(code);
      operation(...args);
    };
  };
  const { write, append, truncate, rename, remove, makeFolder, syncFolder } = nodeFileSystem;
  const files = {
    ...nodeFileSystem,
    changes: 0,
    // A disk that fills up has taken the first half.
    write: counted(write, (path, bytes, options) =>
      write(path, bytes.subarray(0, bytes.length >> 1), options),
    ),
    append: counted(append, (path, bytes) => append(path, bytes.subarray(0, bytes.length >> 1))),
    truncate: counted(truncate),
    rename: counted(rename),
    remove: counted(remove),
    makeFolder: counted(makeFolder),
    syncFolder: counted(syncFolder),
  };
  return files;
}
