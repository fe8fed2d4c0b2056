import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { CheckpointInfo, CheckpointStore } from './checkpoint-store.js';
import type { Json } from './stateful.js';

/**
 * Checkpoints in memory: for tests, notebooks and browsers.
 * @example
 * const store = memoryStore();
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2, plugins: [checkpointing({ store })] });
 */
export function memoryStore(): CheckpointStore {
  const kept = new Map<string, { info: CheckpointInfo; json: Json; tensors: Record<string, Tensor> }>();
  const copy = (tensors: Record<string, Tensor>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())]));
  const remove = (name: string) => {
    dispose(Object.values(kept.get(name)?.tensors ?? {}));
    kept.delete(name);
  };
  return {
    save: (info, state) => {
      remove(info.name);
      kept.set(info.name, { info, json: structuredClone(state.json), tensors: copy(state.tensors) });
    },
    list: () => [...kept.values()].map((c) => c.info),
    load: (name) => {
      const found = kept.get(name);
      if (!found)
        throw new UlmfitError(
          'NO_CHECKPOINT',
          `no checkpoint ${name}; there are ${[...kept.keys()].join(', ')}`,
        );
      return { json: structuredClone(found.json), tensors: copy(found.tensors) };
    },
    remove,
  };
}
