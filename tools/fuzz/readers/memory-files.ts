import type { FileSystem } from '@ulmfit/files';

const failure = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code });

/** Files in memory, by their path. */
export function memoryFiles(
  given: Readonly<Record<string, Uint8Array>>,
): FileSystem & { contents: Record<string, Uint8Array> } {
  const contents: Record<string, Uint8Array> = { ...given };
  const below = (path: string) => Object.keys(contents).filter((name) => name.startsWith(`${path}/`));
  const at = (path: string): Uint8Array => {
    const bytes = contents[path];
    if (!bytes) throw failure('ENOENT', path);
    return bytes;
  };
  return {
    contents,
    read: at,
    write(path, bytes, { exclusive = false } = {}) {
      if (exclusive && contents[path]) throw failure('EEXIST', path);
      contents[path] = bytes;
    },
    append(path, bytes) {
      contents[path] = Buffer.concat([contents[path] ?? new Uint8Array(0), bytes]);
    },
    truncate: (path, size) => void (contents[path] = at(path).slice(0, size)),
    rename(from, to) {
      for (const name of contents[from] ? [from] : below(from)) {
        contents[to + name.slice(from.length)] = at(name);
        delete contents[name];
      }
    },
    remove(path) {
      for (const name of [path, ...below(path)]) delete contents[name];
    },
    makeFolder: () => {},
    list: (path) => [...new Set(below(path).map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))],
    exists: (path) => contents[path] !== undefined || below(path).length > 0,
    syncFolder: () => {},
  };
}
