import { guardFiles, nodeFileSystem, type FileSystem } from './file-system.js';
import { temporaryName } from './temporary-name.js';

/**
 * The folder that holds a path.
 * @example
 * parentOf('runs/mine/model'); // 'runs/mine'
 */
export function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return end > 0 ? path.slice(0, end) : end === 0 ? '/' : '.';
}

/**
 * Writes a file whole or not at all: to a temporary name, flushed, renamed over the old one, and the folder flushed.
 * A reader sees the old bytes or the new ones, also after a power cut.
 * @throws UlmfitError `FILE_ERROR`; the old file is untouched and nothing is left behind
 * @example
 * writeAtomically('report.json', JSON.stringify({ accuracy: 0.9 }));
 */
export function writeAtomically(
  path: string,
  content: Uint8Array | string,
  files: FileSystem = nodeFileSystem,
): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const temporary = temporaryName(path);
  guardFiles(`write ${path}`, () => {
    try {
      files.write(temporary, bytes);
      files.rename(temporary, path);
    } catch (error) {
      removeQuietly(temporary, files);
      throw error;
    }
    files.syncFolder(parentOf(path));
  });
}

/** Removes what is no longer of use; what went wrong before is the error to tell. */
export function removeQuietly(path: string, files: FileSystem): void {
  try {
    files.remove(path);
  } catch {
    // The temporary is swept when the folder is next opened.
  }
}
