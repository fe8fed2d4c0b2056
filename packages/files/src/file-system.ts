import { showName, UlmfitError } from '@ulmfit/errors';
import { errorCode } from './error-code.js';
import { nodeBuiltin } from './node-builtin.js';

/** The few file operations that checkpoints and logs are made of: the disk's by default, failing ones in tests. */
export interface FileSystem {
  /** The whole file. */
  read(path: string): Uint8Array;
  /** Writes a whole file and flushes it to the disk; with `exclusive` it fails where the file exists. */
  write(path: string, bytes: Uint8Array, options?: { exclusive?: boolean }): void;
  /** Adds to the file's end, creating it where there is none. */
  append(path: string, bytes: Uint8Array): void;
  /** Cuts a file to its first `size` bytes. */
  truncate(path: string, size: number): void;
  /** Renames over what stands there; a folder only over an empty one or nothing. */
  rename(from: string, to: string): void;
  /** Removes a file or a folder with what is in it; nothing there is no error. */
  remove(path: string): void;
  /** Creates a folder and those above it. */
  makeFolder(path: string): void;
  /** The names in a folder; none where there is no folder. */
  list(path: string): string[];
  exists(path: string): boolean;
  /** Flushes a folder's entries to the disk, so that a rename survives a power cut. */
  syncFolder(path: string): void;
}

/** The disk, by Node. */
export const nodeFileSystem: FileSystem = {
  read(path) {
    const fs = nodeBuiltin('fs');
    const kind = fs.statSync(path);
    // Opening one waits for a writer, deaf to every signal.
    if (!kind.isFile() && !kind.isDirectory())
      throw new UlmfitError(
        'NOT_A_FILE',
        `${showName(path)}: is neither a file nor a folder; save its content as a file`,
      );
    const file = fs.openSync(path, 'r');
    try {
      // In pieces: one read in Node stops at 2 GiB.
      const bytes = new Uint8Array(fs.fstatSync(file).size);
      let at = 0;
      while (at < bytes.length) {
        const got = fs.readSync(file, bytes, at, Math.min(bytes.length - at, PIECE), at);
        if (got === 0) break;
        at += got;
      }
      return bytes.subarray(0, at);
    } finally {
      fs.closeSync(file);
    }
  },
  write(path, bytes, { exclusive = false } = {}) {
    const fs = nodeBuiltin('fs');
    const file = fs.openSync(path, exclusive ? 'wx' : 'w');
    try {
      writeAll(file, bytes);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  },
  append(path, bytes) {
    const fs = nodeBuiltin('fs');
    const file = fs.openSync(path, 'a');
    try {
      writeAll(file, bytes);
    } finally {
      fs.closeSync(file);
    }
  },
  truncate: (path, size) => nodeBuiltin('fs').truncateSync(path, size),
  rename: (from, to) => nodeBuiltin('fs').renameSync(from, to),
  remove: (path) => nodeBuiltin('fs').rmSync(path, { recursive: true, force: true }),
  makeFolder,
  list(path) {
    try {
      return nodeBuiltin('fs').readdirSync(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  },
  exists: (path) => nodeBuiltin('fs').existsSync(path),
  syncFolder(path) {
    const { platform } = nodeBuiltin('os');
    if (platform() === 'win32') return; // Windows does not open folders
    const fs = nodeBuiltin('fs');
    const folder = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  },
};

/** Step by step: Node's own recursion never ends where a folder can't have another in it, as under `/proc`. */
function makeFolder(path: string): void {
  const fs = nodeBuiltin('fs');
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    const above = nodeBuiltin('path').dirname(path);
    if (errorCode(error) !== 'ENOENT' || above === path || fs.existsSync(above)) throw error;
    makeFolder(above);
    makeFolder(path);
  }
}

const PIECE = 2 ** 30;

function writeAll(file: number, bytes: Uint8Array): void {
  const { writeSync } = nodeBuiltin('fs');
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(bytes.length - at, PIECE));
}

/** What the user can do about a system error, by its code. */
const advice: Record<string, string> = {
  ENOENT: 'there is no such file; check the path',
  EISDIR: 'it is a folder; name a file',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'something else stands there; choose another path',
  EACCES: 'no permission; check the owner and mode',
  EPERM: 'no permission; check the owner and mode',
  EROFS: 'the disk is read-only; choose another folder',
  ENOSPC: 'the disk is full; free some space and run the same command again',
  EDQUOT: 'the disk quota is used up; free some space and run the same command again',
  EIO: 'the disk failed; check it, then run the same command again',
  EMFILE: 'too many files are open',
};

/**
 * Runs a file operation; the system's error becomes one line that names what was being done.
 * @param doing such as `write runs/a/config.json`
 * @throws UlmfitError `FILE_ERROR`
 * @example
 * const bytes = guardFiles('read words.txt', () => nodeFileSystem.read('words.txt'));
 */
export function guardFiles<T>(doing: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof UlmfitError || code === undefined) throw error;
    throw new UlmfitError(
      'FILE_ERROR',
      `cannot ${doing}: ${advice[code] ?? 'the system refused'} (${code})`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The whole file. @throws UlmfitError `FILE_ERROR`
 * @example
 * new TextDecoder().decode(readFile('words.txt')); // 'one\ntwo\n'
 */
export const readFile = (path: string, files: FileSystem = nodeFileSystem): Uint8Array =>
  guardFiles(`read ${path}`, () => files.read(path));
