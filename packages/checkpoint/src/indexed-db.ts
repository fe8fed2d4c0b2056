import { UlmfitError } from '@ulmfit/errors';

/** As much of IndexedDB as is used here: Node's types have none of it. */
export interface Db {
  transaction(stores: readonly string[], mode: 'readonly' | 'readwrite'): DbTransaction;
  createObjectStore(name: string, options: { readonly autoIncrement: boolean }): unknown;
  close(): void;
}
interface DbTransaction {
  objectStore(name: string): DbStore;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  readonly error: Error | null;
}
export interface DbStore {
  add(value: unknown, key?: number): DbRequest<number>;
  get(key: number): DbRequest<unknown>;
  getAll(): DbRequest<unknown[]>;
  getAllKeys(): DbRequest<number[]>;
  delete(key: number): DbRequest<undefined>;
}
interface DbRequest<T> {
  readonly result: T;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface OpenRequest extends DbRequest<Db> {
  onupgradeneeded: (() => void) | null;
}

/**
 * Opens a database of these stores, whose keys are numbers that count up.
 * @throws UlmfitError `NO_FILES` where there is no IndexedDB, `FILE_ERROR`
 */
export async function openDb(name: string, stores: readonly string[]): Promise<Db> {
  const { indexedDB } = globalThis as { indexedDB?: { open(name: string, version: number): OpenRequest } };
  if (!indexedDB) {
    throw new UlmfitError(
      'NO_FILES',
      `there is no IndexedDB to open ${name}: it belongs to browsers; elsewhere use memoryStore or folderStore`,
    );
  }
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    for (const store of stores) opening.result.createObjectStore(store, { autoIncrement: true });
  };
  return answerOf(opening, `open the database ${name}`);
}

/** @throws UlmfitError `FILE_ERROR` */
export const answerOf = <T>(request: DbRequest<T>, what: string): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(refused(what, request.error));
  });

/**
 * Runs what reads or writes stores: all of it or nothing. `body` asks for all before it waits for anything but the stores.
 * @throws UlmfitError `FILE_ERROR`
 */
export async function inTransaction<T>(
  db: Db,
  stores: readonly string[],
  mode: 'readonly' | 'readwrite',
  what: string,
  body: (store: (name: string) => DbStore) => Promise<T>,
): Promise<T> {
  const transaction = db.transaction(stores, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(refused(what, transaction.error));
  });
  const [value] = await Promise.all([body((name) => transaction.objectStore(name)), done]);
  return value;
}

const refused = (what: string, cause: Error | null): UlmfitError =>
  new UlmfitError(
    'FILE_ERROR',
    `cannot ${what}: ${cause?.message ?? 'the browser gives no reason'}; look for room in the browser's storage`,
    { cause },
  );
