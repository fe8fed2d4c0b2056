import { UlmfitError } from '@ulmfit/errors';
import type { CheckpointStore } from '../state/checkpoint-store.js';
import { gatherJson, type Collective } from './collective.js';

/**
 * A store into which only the first rank saves. All wait for it; if it fails, such as on a full disk, all fail.
 * @param store of the first rank the real one; of the others one with the same checkpoints to load from
 * @example
 * checkpointing({ store: firstSaves(memoryStore(), ranks) });
 */
export function firstSaves(store: CheckpointStore, collective: Collective): CheckpointStore {
  if (collective.size === 1) return store;
  return {
    ...(store.rejected && { rejected: () => store.rejected?.() ?? [] }),
    list: () => store.list(),
    load: (name) => store.load(name),
    remove: (name) => store.remove(name),
    async save(info, state) {
      let failure: Error | undefined;
      if (collective.rank === 0) {
        try {
          await store.save(info, state);
        } catch (error) {
          failure = error instanceof Error ? error : new Error(String(error));
        }
      }
      const [first] = await gatherJson(collective, failure ? told(failure) : null, {
        isSlow: true,
      });
      if (failure) throw failure;
      if (first) throw new UlmfitError(first.code, first.message);
    },
  };
}

const told = (error: Error): { code: string; message: string } => ({
  code: error instanceof UlmfitError ? error.code : 'FILE_ERROR',
  message: error.message,
});
