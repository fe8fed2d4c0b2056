import { nodeFileSystem, type FileSystem } from './file-system.js';

/** A failure as the system reports it. */
export const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: made to fail`), { code });

export interface Failing {
  /** Whether all changes that follow fail too, as if the process had died. */
  readonly forever?: boolean;
  /** What a write leaves that fails: a disk that fills up has taken half, one that can't be flushed has taken all. */
  readonly of?: 'write' | 'fsync';
}

/** The disk, failing at its `at`-th change. */
export function failingFiles(
  at: number,
  code: string,
  { forever = false, of = 'write' }: Failing = {},
): FileSystem & { changes: number } {
  const taken = (bytes: Uint8Array) => (of === 'write' ? bytes.subarray(0, bytes.length >> 1) : bytes);
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
    write: counted(write, (path, bytes, options) => write(path, taken(bytes), options)),
    append: counted(append, (path, bytes) => append(path, taken(bytes))),
    truncate: counted(truncate),
    rename: counted(rename),
    remove: counted(remove),
    makeFolder: counted(makeFolder),
    syncFolder: counted(syncFolder),
  };
  return files;
}
