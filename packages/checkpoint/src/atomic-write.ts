import { guardFiles, nodeFileSystem, type FileSystem } from './file-system.js';

let count = 0;

/** A name beside `path` that no other writer uses; {@link isTemporary} knows it again. */
export const temporaryName = (path: string): string =>
  `${path}.${globalThis.process?.pid ?? 0}-${count++}${TEMPORARY}`;

const TEMPORARY = '.tmp';

/** Whether a file or folder is what a writer left when it was killed; others' `.tmp` are none of ours. */
export const isTemporary = (name: string): boolean => /\.\d+-\d+\.tmp$/.test(name);

/** The folder that holds a path. */
export function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return end > 0 ? path.slice(0, end) : end === 0 ? '/' : '.';
}

/**
 * Writes a file whole or not at all: to a temporary name, flushed, renamed over the old one, and the folder flushed.
 * A reader sees the old bytes or the new ones, also after a power cut.
 * @throws UlmfitError `FILE_ERROR`; the old file is untouched and nothing is left behind
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
