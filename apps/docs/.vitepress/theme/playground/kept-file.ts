import { siteModels } from 'virtual:site-models';

/** Where models are kept, so that they are downloaded once and there without a network. */
const KEPT = 'ulmfit-models';

export interface KeptFileOptions {
  readonly signal: AbortSignal;
  /** Told the share that has come, from 0 to 1. */
  readonly onProgress: (share: number) => void;
  /** What it should have. */
  readonly bytes: number;
}

/** Undefined where a browser has none, as on a page without https. */
const kept = async (): Promise<Cache | undefined> =>
  'caches' in globalThis ? await caches.open(KEPT).catch(() => undefined) : undefined;

export const isKept = async (url: string): Promise<boolean> =>
  (await (await kept())?.match(url)) !== undefined;

/**
 * A file by its address: from the browser's own store, or downloaded and put there.
 * @throws Error in one line; the signal's reason
 */
export async function keptFile(url: string, { signal, onProgress, bytes }: KeptFileOptions): Promise<Blob> {
  const store = await kept();
  const there = await store?.match(url);
  if (there) return there.blob();
  const response = await fetch(url, { signal }).catch(() => {
    signal.throwIfAborted();
    throw new Error('The model can’t be fetched: check the network, then load it again.');
  });
  if (!response.ok || !response.body) throw new Error(`The server answers ${response.status} for the model.`);
  const chunks: BlobPart[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    loaded += next.value.length;
    onProgress(Math.min(1, loaded / bytes));
  }
  const file = new Blob(chunks);
  // A full disk keeps nothing, and the model works all the same.
  await store?.put(url, new Response(file)).catch(() => undefined);
  if (store) await removeEarlier(store);
  return file;
}

/** Models of an earlier site have other addresses, and nobody asks for them again. */
async function removeEarlier(store: Cache): Promise<void> {
  const present = Object.values(siteModels).map(({ url }) => new URL(url, location.href).href);
  const earlier = (await store.keys()).filter(({ url }) => !present.includes(url));
  await Promise.all(earlier.map((request) => store.delete(request)));
}
