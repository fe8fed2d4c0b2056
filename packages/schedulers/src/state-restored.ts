import { dispose, keep } from '@tensorflow/tfjs-core';
import type { Stateful } from '@ulmfit/trainer';

/** Copies the whole state of something, runs `body`, and puts the state back: also when `body` throws. */
export async function withStateRestored<R>(subject: Stateful, body: () => Promise<R>): Promise<R> {
  const { json, tensors } = subject.stateDict();
  const saved = {
    json: structuredClone(json),
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())])),
  };
  try {
    return await body();
  } finally {
    try {
      subject.loadStateDict(saved);
    } finally {
      dispose(Object.values(saved.tensors));
    }
  }
}
