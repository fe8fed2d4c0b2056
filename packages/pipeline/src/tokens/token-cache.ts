import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, errorCode, temporaryName } from '@ulmfit/files';
import { TokenCorpusBuilder, type PackedTokens, type Tokenizer } from '@ulmfit/text';

export interface TokenCacheOptions {
  /** Default: `tokens` in `$ULMFIT_CACHE`, or else in the system's cache folder for `ulmfit`. It may be removed at any time. */
  readonly folder?: string;
  /** Bytes that all files may take; the ones unused for the longest go first. The one written last stays. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Told, in a line, what kept the cache from being used. */
  readonly onProblem?: (message: string) => void;
}

const FORMAT = 'ulmfit-tokens/1';
const PIECE = 16 * 1024 * 1024;
const DIGEST = 32;
/** Milliseconds after which a file under a temporary name is what a killed process left. */
const STALE = 60 * 60 * 1000;

/**
 * Tokens on disk, so that the same text is not tokenized again. The name of a file is a hash of the tokenizer's rules and
 * of the text itself: neither paths nor times decide. It is written under a name of its own and renamed, so that any number
 * of processes may share the folder, and is checked against its own hash when it is read. What is wrong with the cache
 * never stops the work.
 *
 * A file: `{header}\n` (JSON), the documents' lengths and the tokens' ids (int32), the words (JSON), SHA-256 of it all.
 * @example
 * const cache = new TokenCache({ maxBytes: 2 ** 30 });
 * await tokenized(texts, fastaiTokenizer(), { cache }); // the second time they are read
 */
export class TokenCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #onProblem: (message: string) => void;

  constructor({
    folder = join(cacheDirectory(), 'tokens'),
    maxBytes = 4 * 1024 ** 3,
    onProblem = () => undefined,
  }: TokenCacheOptions = {}) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#onProblem = onProblem;
  }

  /**
   * The key of a text's tokens. Texts in an array are hashed; for other sources the caller says what they are.
   * @returns undefined for texts of which nothing is known before they are read, or a tokenizer whose module can't be read
   */
  async keyOf(
    tokenizer: Tokenizer,
    content: (() => Promise<string>) | Iterable<string> | AsyncIterable<string>,
  ): Promise<string | undefined> {
    if (typeof content !== 'function' && !Array.isArray(content)) return undefined;
    const cut = cutting(tokenizer);
    if (cut === undefined) return undefined;
    const text = typeof content === 'function' ? await content() : hashTexts(content as string[]);
    return createHash('sha256')
      .update(JSON.stringify([FORMAT, endianness(), ...cut, text]))
      .digest('hex');
  }

  /** What was kept under a key, if anything sound was. */
  read(key: string): TokenCorpusBuilder | undefined {
    const path = this.#pathOf(key);
    try {
      const packed = readPacked(path, key);
      const now = new Date();
      quietly(() => utimesSync(path, now, now)); // The folder may be another's, to be read alone.
      return TokenCorpusBuilder.fromPacked(packed);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#problem(`${path}: ${messageOf(error)}; tokenizing again`);
      return undefined;
    }
  }

  /** Keeps tokens under a key. */
  write(key: string, packed: PackedTokens): void {
    const path = this.#pathOf(key);
    const temporary = temporaryName(path);
    try {
      mkdirSync(this.#folder, { recursive: true });
      writePacked(temporary, key, packed);
      renameSync(temporary, path);
      this.#makeRoom(path);
    } catch (error) {
      this.#problem(`${path}: the tokens can't be kept (${messageOf(error)})`);
      quietly(() => rmSync(temporary, { force: true }));
    }
  }

  #makeRoom(written: string): void {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() ? [{ path, size: stats.size, used: stats.mtimeMs }] : [];
    });
    let bytes = 0;
    for (const { path, size, used } of files.sort((a, b) => b.used - a.used)) {
      const isLeft = path.endsWith('.tmp') && Date.now() - used > STALE;
      bytes += size;
      if (path !== written && (isLeft || bytes > this.#maxBytes))
        quietly(() => rmSync(path, { force: true }));
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${key}.tokens`);
  }

  #problem(message: string): void {
    this.#onProblem(`token cache: ${message}`);
  }
}

function hashTexts(texts: readonly string[]): string {
  const hash = createHash('sha256');
  // As UTF-16: in UTF-8 all lone surrogates are one.
  for (const text of texts) hash.update(`${text.length}:`).update(text, 'utf16le');
  return `texts ${hash.digest('hex')}`;
}

const bytesOf = (ids: Int32Array<ArrayBuffer>) => new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);

function writePacked(path: string, key: string, { words, ids, lengths }: PackedTokens): void {
  const text = Buffer.from(JSON.stringify(words));
  const header = { key, documents: lengths.length, tokens: ids.length, words: text.length };
  const hash = createHash('sha256');
  const file = openSync(path, 'wx');
  try {
    const write = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;)
        at += writeSync(file, bytes, at, Math.min(PIECE, bytes.length - at));
    };
    for (const part of [Buffer.from(`${JSON.stringify(header)}\n`), bytesOf(lengths), bytesOf(ids), text]) {
      hash.update(part);
      write(part);
    }
    write(hash.digest());
  } finally {
    closeSync(file);
  }
}

/** @throws an error of the system, or one that tells what is wrong with the file */
function readPacked(path: string, key: string): PackedTokens {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    let position = 0;
    const read = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
      for (let at = 0; at < bytes.length;) {
        const got = readSync(file, bytes, at, Math.min(PIECE, bytes.length - at), position);
        if (got === 0) throw new Error('it is cut short');
        at += got;
        position += got;
      }
      return bytes;
    };
    const line = read(Buffer.alloc(Math.min(256, fstatSync(file).size)));
    const end = line.indexOf('\n') + 1;
    const header = JSON.parse(line.toString('utf8', 0, end)) as Record<string, unknown>;
    const size = (name: string) => (Number.isSafeInteger(header[name]) ? Number(header[name]) : NaN);
    const [documents, tokens, words] = [size('documents'), size('tokens'), size('words')];
    // Before allocating: a damaged header may ask for any amount of memory.
    if (end + 4 * documents + 4 * tokens + words + DIGEST !== fstatSync(file).size)
      throw new Error('it is damaged (its size)');
    position = end;
    const lengths = new Int32Array(documents);
    const ids = new Int32Array(tokens);
    read(bytesOf(lengths));
    read(bytesOf(ids));
    const text = read(Buffer.alloc(words));
    for (const part of [line.subarray(0, end), bytesOf(lengths), bytesOf(ids), text]) hash.update(part);
    if (header['key'] !== key || !hash.digest().equals(read(Buffer.alloc(DIGEST))))
      throw new Error('it is damaged (its checksum)');
    return { words: JSON.parse(text.toString()) as string[], ids, lengths };
  } finally {
    closeSync(file);
  }
}

/** Does what is no loss where it fails. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Nothing depends on it.
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** All that decides the tokens, as far as it can be known: more than a model is held to, since tokens are cheap to make. */
function cutting({ name, rules, environment, module }: Tokenizer): string[] | undefined {
  const { icu = '', unicode = '' } = process.versions;
  const parts = [name, rules, ...(environment === undefined ? [] : [environment, icu, unicode])];
  if (!module?.startsWith('file:')) return parts;
  try {
    // Whoever writes a tokenizer may forget to change its rules.
    return [...parts, hashTexts([readFileSync(new URL(module), 'utf8')])];
  } catch {
    return undefined;
  }
}
