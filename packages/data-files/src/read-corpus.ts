import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { decodeUtf8, errorCode, gunzipFile, normalizeNewlines, streamFile } from '@ulmfit/files';
import { countWords } from '@ulmfit/text';
import { splitDocuments } from './split-documents.js';

export interface ReadCorpusOptions {
  /** Stop after the document with which this many white-space separated words are reached. Default: read all. */
  words?: number;
  /** Stops reading; the iteration throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The documents of a general text corpus, one by one: memory holds one document, not the corpus.
 *
 * `path` is a UTF-8 file `.txt` or `.txt.gz`, or a folder of them (read in the order of their names, not deeper).
 * Documents are separated by two blank lines (`\n\n\n`). A file without any such separator is split at single blank
 * lines instead, and one without these is one document. Line ends become `\n`; blank lines around a document and
 * documents without words are dropped.
 *
 * Nothing is read, and no error thrown, before the first document is asked for.
 *
 * @throws UlmfitError `NO_SUCH_PATH`, `NOT_A_FILE`, `BAD_EXTENSION`, `BAD_WORDS`, `EMPTY_CORPUS`, `NOT_UTF8` (file and line),
 * `DOCUMENT_TOO_LONG`, `NOT_GZIP`, `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `GZIP_BOMB`.
 * @example
 * for await (const document of readCorpus('wiki.txt.gz', { words: 1_000_000 })) console.log(document.length);
 */
export async function* readCorpus(
  path: string,
  options: ReadCorpusOptions = {},
): AsyncGenerator<string, void> {
  const { words = Infinity, signal } = options;
  if (words !== Infinity) requireInteger('words', words, { code: 'BAD_WORDS' });
  let total = 0;
  for (const file of await corpusFiles(path)) {
    const separator = await findSeparator(file, signal);
    for await (const document of splitDocuments(readText(file, signal), separator, file)) {
      const count = countWords(document);
      if (count === 0) continue;
      yield document;
      total += count;
      if (total >= words) return;
    }
  }
  if (total === 0)
    throw new UlmfitError('EMPTY_CORPUS', `${path}: holds no words; give a corpus of plain text`);
}

/**
 * The files of a corpus, in the order in which they are read. @throws UlmfitError as {@link readCorpus} does
 * @example
 * console.log(await corpusFiles('wiki.txt.gz')); // a folder gives all that it holds
 */
export async function corpusFiles(path: string): Promise<string[]> {
  const kind = await kindOf(path, 'give a .txt or .txt.gz file or a folder of them');
  if (kind === 'file') {
    if (isCorpusFile(path)) return [path];
    throw new UlmfitError(
      'BAD_EXTENSION',
      `${path}: does not end in .txt or .txt.gz; rename it or give another file`,
    );
  }
  const files: string[] = [];
  for (const name of (await readdir(path)).filter(isCorpusFile).sort()) {
    const file = join(path, name);
    // What a link leads to counts; a folder inside is not read.
    if ((await kindOf(file, 'give one that is there')) === 'file') files.push(file);
  }
  if (files.length > 0) return files;
  throw new UlmfitError(
    'EMPTY_CORPUS',
    `${path}: no .txt or .txt.gz file in this folder; give one that holds some`,
  );
}

/** @throws UlmfitError `NO_SUCH_PATH`; `NOT_A_FILE` for a pipe or a device, which would hang or can't be read twice */
async function kindOf(path: string, cure: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    throw new UlmfitError('NO_SUCH_PATH', `${path}: no such file or folder; ${cure}`, { cause: error });
  });
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  throw new UlmfitError('NOT_A_FILE', `${path}: is neither a file nor a folder; save its content as a file`);
}

const NEWLINE = 0x0a;

function isCorpusFile(name: string): boolean {
  return /\.txt(\.gz)?$/i.test(name);
}

function readText(file: string, signal: AbortSignal | undefined): AsyncGenerator<string, void> {
  const bytes = file.toLowerCase().endsWith('.gz')
    ? gunzipFile(file, { signal })
    : streamFile(file, { signal });
  return normalizeNewlines(decodeUtf8(bytes, file));
}

/** Looks ahead for the first `\n\n\n`: a file that has it has it near its start, so this seldom reads far. */
async function findSeparator(file: string, signal: AbortSignal | undefined): Promise<'\n\n\n' | '\n\n'> {
  let seenText = false;
  let newlines = 0; // that the text so far ends in
  for await (const text of readText(file, signal)) {
    for (let at = 0; at < text.length; at++) {
      if (text.charCodeAt(at) === NEWLINE) {
        newlines++;
        continue;
      }
      // Blank lines at the start and at the very end of a file separate nothing.
      if (newlines >= 3 && seenText) return '\n\n\n';
      newlines = 0;
      seenText = true;
      // The rest of the line holds nothing of interest.
      const end = text.indexOf('\n', at);
      at = (end < 0 ? text.length : end) - 1;
    }
  }
  return '\n\n';
}
