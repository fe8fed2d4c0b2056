import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showName, UlmfitError } from '@ulmfit/errors';
import { MAXIMUM_LINE_BYTES } from '@ulmfit/files';
import type { TextSet } from '@ulmfit/text';
import type { DataRow, ReadRowsOptions } from './data-row.js';
import { describeFileError } from './path-kind.js';
import { splitName } from './split-name.js';
import { textBlocks } from './text-blocks.js';
import { unpackedBytes } from './unpacked-bytes.js';

/** The texts of one class, or those without a label, in the files of a folder. */
export interface TextFolder {
  readonly folder: string;
  readonly files: readonly string[];
  readonly label: string | undefined;
  readonly set: TextSet;
}

/** Files read at once: enough to hide the disk's latency, far below the limit of open files. */
const CONCURRENCY = 32;

/**
 * What a folder of texts holds: a folder for each class, or `train`, `valid`, `test` and `unlabelled` with such folders in them,
 * or (for unlabelled texts) just texts. A text is a file `.txt` or `.txt.gz`, or one whose name has no dot. Folders and files
 * come in the order of their names; hidden ones are left out.
 * @param set The set of its texts, where its folders don't say so.
 * @throws UlmfitError `NO_TEXTS`, `FILE_ERROR`.
 */
export async function textFolders(path: string, set: TextSet): Promise<TextFolder[]> {
  const { files, folders } = await listFolder(path);
  const splits = folders.flatMap((folder) => {
    const own = splitName(folder);
    return own === undefined ? [] : [{ folder, set: own }];
  });
  let found: TextFolder[];
  if (set === 'train' && splits.some((split) => split.set === 'train')) {
    const parts = splits.map((split) => classFolders(join(path, split.folder), split.set));
    found = (await Promise.all(parts)).flat();
  } else found = await classFolders(path, set, { files, folders });
  found = found.filter((each) => each.files.length > 0);
  if (found.some((each) => each.set === set)) return found;
  throw new UlmfitError(
    'NO_TEXTS',
    set === 'unlabelled'
      ? `${showName(path)}: holds no texts; give a folder of .txt files`
      : `${showName(path)}: holds no labelled texts; give a folder with a folder of .txt files for each class`,
  );
}

interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

async function classFolders(path: string, set: TextSet, listing?: Listing): Promise<TextFolder[]> {
  const { files, folders } = listing ?? (await listFolder(path));
  if (set === 'unlabelled') {
    const inner = await Promise.all(folders.map((folder) => listFolder(join(path, folder))));
    const nested = folders.map((folder, i) => ({ folder: join(path, folder), files: inner[i]?.files ?? [] }));
    return [{ folder: path, files }, ...nested].map((each) => ({ ...each, label: undefined, set }));
  }
  return Promise.all(
    folders.map(async (label) => {
      const folder = join(path, label);
      const own = await listFolder(folder);
      return splitName(label) === 'unlabelled'
        ? { folder, files: own.files, label: undefined, set: 'unlabelled' as const }
        : { folder, files: own.files, label, set };
    }),
  );
}

async function listFolder(path: string): Promise<Listing> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const kind = entry.isSymbolicLink() ? await stat(join(path, entry.name)) : entry;
      if (kind.isDirectory()) folders.push(entry.name);
      else if (kind.isFile() && /^[^.]+$|\.txt(\.gz)?$/i.test(entry.name)) files.push(entry.name);
    }
  } catch (error) {
    throw describeFileError(path, error);
  }
  // By UTF-16 code units, which is the same on every machine.
  return { files: files.sort(), folders: folders.sort() };
}

/** The texts of folders, a file each. @throws UlmfitError `FILE_ERROR`, `DOCUMENT_TOO_LONG`, and as `readRecords` does */
export async function* folderRows(
  folders: readonly TextFolder[],
  { signal, onBytes }: ReadRowsOptions,
): AsyncGenerator<DataRow, void> {
  let bytes = 0;
  for (const { folder, files, label, set } of folders) {
    for (let start = 0; start < files.length; start += CONCURRENCY) {
      signal?.throwIfAborted();
      const batch = files.slice(start, start + CONCURRENCY).map((file) => readText(join(folder, file)));
      for (const text of await Promise.all(batch)) {
        bytes += text.length;
        yield { text, labels: label === undefined ? undefined : [label], set };
      }
      onBytes?.(bytes);
    }
  }
}

async function readText(path: string): Promise<string> {
  const name = showName(path);
  const tooLong = () =>
    new UlmfitError(
      'DOCUMENT_TOO_LONG',
      `${name}: has more than ${MAXIMUM_LINE_BYTES} bytes; is this one text?`,
    );
  let content: Buffer;
  try {
    if ((await stat(path)).size > MAXIMUM_LINE_BYTES) throw tooLong();
    content = await readFile(path);
  } catch (error) {
    throw describeFileError(path, error);
  }
  const whole = async function* () {
    yield content;
  };
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const block of textBlocks(unpackedBytes(whole(), path), name)) {
    bytes += block.length;
    if (bytes > MAXIMUM_LINE_BYTES) throw tooLong();
    blocks.push(block);
  }
  return Buffer.concat(blocks).toString('utf8').trimEnd();
}
