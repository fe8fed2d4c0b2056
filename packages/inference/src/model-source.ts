import { bundleFiles, linearFile, partsOfFile, type BundleParts } from '@ulmfit/checkpoint';
import { brief, showName, UlmfitError } from '@ulmfit/errors';

/**
 * Where a model comes from: the address of its folder or of its one file (`.ulmfit`), relative to the page in a browser; that
 * file as a `File`, a `Blob` or bytes; or the bytes of the folder's files by their names.
 */
export type ModelSource = string | URL | Blob | ArrayBuffer | Uint8Array | BundleParts<Uint8Array>;

/** How far loading has come. */
export interface LoadingProgress {
  /** Bytes read so far. */
  readonly loaded: number;
  /** Bytes of the files whose size is known by now; at the end all. */
  readonly total: number;
}

export interface ReadSourceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadingProgress) => void) | undefined;
}

/** A model's files, and what messages call it. */
export interface ModelFiles {
  readonly parts: BundleParts<Uint8Array>;
  readonly label: string;
}

/** More than any model of ours has: a server that never ends would fill the memory. */
const MOST_BYTES = 2 ** 31;

/**
 * Reads a model's files from wherever they are.
 * @throws UlmfitError `BAD_OPTION` for anything but a source, `NO_MODEL` where an address gives none, `DOWNLOAD_FAILED`, `BAD_ZIP`; the
 *   signal's reason
 * @example
 * const { parts, label } = await readSource(readFileSync('model.ulmfit')); // in a browser, the address of the file
 * const bundle = await bundleFromBytes(parts, label);
 */
export async function readSource(source: ModelSource, options: ReadSourceOptions = {}): Promise<ModelFiles> {
  options.signal?.throwIfAborted();
  if (typeof source === 'string' || source instanceof URL) return fetchModel(addressOf(source), options);
  if (source instanceof Blob) {
    const label = 'name' in source && typeof source.name === 'string' ? showName(source.name) : 'the model';
    return { parts: partsOfFile(new Uint8Array(await source.arrayBuffer()), label), label };
  }
  const label = 'the model';
  if (source instanceof ArrayBuffer) return { parts: partsOfFile(new Uint8Array(source), label), label };
  if (source instanceof Uint8Array) return { parts: partsOfFile(source, label), label };
  if (typeof source === 'object' && bundleFiles.every((name) => source[name] instanceof Uint8Array))
    return { parts: source, label };
  throw new UlmfitError(
    'BAD_OPTION',
    `loadModel: ${brief(source)} is not a model; give an address, a file, its bytes, or the bytes of ${bundleFiles.join(', ')} by name`,
  );
}

async function fetchModel(address: URL, options: ReadSourceOptions): Promise<ModelFiles> {
  const label = shown(address);
  const progress = new Progress(options.onProgress);
  const fetched = (url: URL) => fetchBytes(url, progress, options.signal);
  if (address.pathname.endsWith('.ulmfit'))
    return { parts: partsOfFile(await fetched(address), label), label };
  const folder = new URL(address);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  const file = (name: string) => {
    const url = new URL(folder);
    url.pathname += name;
    return url;
  };
  const [description, vocabulary, weights] = bundleFiles;
  const said = await fetched(file(description));
  const [words, numbers, linear] = await Promise.all([
    fetched(file(vocabulary)),
    fetched(file(weights)),
    namesLinear(said) ? fetched(file(linearFile)) : undefined,
  ]);
  const parts = { [description]: said, [vocabulary]: words, [weights]: numbers };
  return { parts: linear ? { ...parts, [linearFile]: linear } : parts, label };
}

/** Whether a description has a linear model beside it. What else is wrong with it is told when it is read. */
function namesLinear(description: Uint8Array): boolean {
  try {
    const { files } = JSON.parse(new TextDecoder().decode(description)) as { files?: object };
    return typeof files === 'object' && linearFile in files;
  } catch {
    return false;
  }
}

function addressOf(source: string | URL): URL {
  try {
    return new URL(source, (globalThis as { location?: { href: string } }).location?.href);
  } catch (error) {
    throw new UlmfitError(
      'BAD_OPTION',
      `loadModel: ${brief(String(source))} is no address; for a path there is the same function in @ulmfit/inference/node`,
      { cause: error },
    );
  }
}

/** Without a query, which may hold a key. */
const shown = ({ origin, pathname, protocol }: URL): string =>
  showName(`${origin === 'null' ? protocol : origin}${pathname}`);

async function fetchBytes(
  url: URL,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const where = shown(url);
  const failed = (why: string, cause?: unknown) =>
    new UlmfitError('DOWNLOAD_FAILED', `${where}: ${why}; check the address and the network`, { cause });
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw failed('can’t be fetched', error);
  }
  if (!response.ok) {
    throw new UlmfitError(
      'NO_MODEL',
      `${where}: the server answered ${response.status}; give the address of a model's folder, or of its file .ulmfit`,
    );
  }
  // What is said of packed bytes is no size of the file.
  const said = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  progress.expect(said);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of bytesOf(response)) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) throw failed(`gives more than ${MOST_BYTES} bytes`);
      progress.add(chunk.length, Math.max(0, size - said));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof UlmfitError ? error : failed('stopped midway', error);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A body piece by piece. Not every browser iterates over a stream. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Adds up what several files tell. */
class Progress {
  readonly #tell: ReadSourceOptions['onProgress'];
  #loaded = 0;
  #total = 0;

  constructor(tell: ReadSourceOptions['onProgress']) {
    this.#tell = tell;
  }

  expect(bytes: number): void {
    this.#total += bytes;
  }

  /** @param beyond how much of the file is beyond what was expected of it */
  add(bytes: number, beyond: number): void {
    this.#loaded += bytes;
    this.#total += Math.min(bytes, beyond);
    this.#tell?.({ loaded: this.#loaded, total: Math.max(this.#total, this.#loaded) });
  }
}
