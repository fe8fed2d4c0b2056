import { showName, UlmfitError } from '@ulmfit/errors';
import { digestAnywhere, mismatch, type FileDigest } from '@ulmfit/files/portable';
import type { CheckpointInfo, CheckpointStore, StateDict } from '@ulmfit/trainer';
import { answerOf, inTransaction, openDb, type Db } from './indexed-db.js';
import { parseLossless, stringifyLossless } from './lossless-json.js';
import { tensorsFromSafetensors, tensorsToSafetensors } from './safetensors.js';

/** What is known of a checkpoint without its weights. */
const INFOS = 'infos';
/** Its state and tensors, under the same number. */
const CONTENTS = 'contents';
const STORES = [INFOS, CONTENTS];

interface Contents {
  readonly state: Uint8Array;
  readonly tensors: Uint8Array;
  readonly digests: { readonly state: FileDigest; readonly tensors: FileDigest };
}

export interface IndexedDbStore extends CheckpointStore {
  save(info: CheckpointInfo, state: StateDict): Promise<void>;
  list(): Promise<readonly CheckpointInfo[]>;
  load(name: string): Promise<StateDict>;
  remove(name: string): Promise<void>;
  /** Lets the database go; the next call opens it again. */
  close(): Promise<void>;
}

/**
 * Checkpoints in a browser's IndexedDB, of a page as of its workers: training resumes after the page was closed, to the same bytes. A
 * checkpoint is written in one transaction, so it is there whole or not at all, and its checksums are verified when it is read.
 * @param name of the database, one for each training
 * @throws UlmfitError from its methods: `FILE_ERROR`, such as for lack of space, `NO_FILES` where there is no IndexedDB,
 *   `CORRUPT_CHECKPOINT`, `NO_CHECKPOINT`, `BAD_STATE`
 * @example
 * const store = indexedDbStore('my training');
 * await trainer.fit({ stage: 'head', train, epochs: 5, plugins: [checkpointing({ store })] });
 */
export function indexedDbStore(name: string): IndexedDbStore {
  const label = showName(name);
  let opened: Promise<Db> | undefined;
  const db = () =>
    (opened ??= openDb(name, STORES).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));

  /** Infos by their numbers, from the oldest to the newest. */
  const numbered = async (): Promise<(readonly [number, CheckpointInfo])[]> => {
    const what = `list the checkpoints of ${label}`;
    return inTransaction(await db(), [INFOS], 'readonly', what, async (store) => {
      const [keys, infos] = await Promise.all([
        answerOf(store(INFOS).getAllKeys(), what),
        answerOf(store(INFOS).getAll(), what),
      ]);
      // The cast: `save` alone writes there.
      return keys.map((key, i) => [key, infos[i] as CheckpointInfo] as const);
    });
  };

  /** The newest one's number. */
  const find = async (checkpoint: string): Promise<number> => {
    const all = await numbered();
    const found = all.findLast(([, info]) => info.name === checkpoint);
    if (found) return found[0];
    const there = all.length > 0 ? `there are ${all.map(([, info]) => info.name).join(', ')}` : 'it is empty';
    throw new UlmfitError('NO_CHECKPOINT', `no checkpoint ${showName(checkpoint)} in ${label}; ${there}`);
  };

  const removeAll = async (numbers: readonly number[], what: string): Promise<void> =>
    inTransaction(await db(), STORES, 'readwrite', what, async (store) => {
      for (const number of numbers) for (const each of STORES) store(each).delete(number);
    });

  return {
    async save(info, state) {
      const what = `write the checkpoint ${showName(info.name)} of ${label}`;
      const parts = {
        state: new TextEncoder().encode(stringifyLossless(state.json)),
        tensors: tensorsToSafetensors(state.tensors),
      };
      const digests = {
        state: await digestAnywhere(parts.state),
        tensors: await digestAnywhere(parts.tensors),
      };
      const contents: Contents = { ...parts, digests };
      const replaced = (await numbered()).filter(([, { name }]) => name === info.name);
      await inTransaction(await db(), STORES, 'readwrite', what, async (store) => {
        for (const [number] of replaced) for (const each of STORES) store(each).delete(number);
        const number = await answerOf(store(INFOS).add({ ...info }), what);
        await answerOf(store(CONTENTS).add(contents, number), what);
      });
    },
    list: async () => (await numbered()).map(([, info]) => info),
    async load(checkpoint) {
      const number = await find(checkpoint);
      const what = `read the checkpoint ${showName(checkpoint)} of ${label}`;
      const found = await inTransaction(await db(), [CONTENTS], 'readonly', what, (store) =>
        answerOf(store(CONTENTS).get(number), what),
      );
      const corrupt = (why: string) =>
        new UlmfitError('CORRUPT_CHECKPOINT', `the checkpoint ${showName(checkpoint)} of ${label}: ${why}`);
      if (found === undefined) throw corrupt('its contents are missing');
      // The cast: `save` alone writes there, and the checksums are held to.
      const { state, tensors, digests } = found as Contents;
      const wrong =
        mismatch(digests.state, await digestAnywhere(state)) ??
        mismatch(digests.tensors, await digestAnywhere(tensors));
      if (wrong !== undefined) throw corrupt(wrong);
      return {
        json: parseLossless(new TextDecoder().decode(state)),
        tensors: tensorsFromSafetensors(tensors, `${label}/${checkpoint}`),
      };
    },
    remove: async (checkpoint) =>
      removeAll([await find(checkpoint)], `remove the checkpoint ${showName(checkpoint)} of ${label}`),
    async close() {
      const open = await opened;
      opened = undefined;
      open?.close();
    },
  };
}
