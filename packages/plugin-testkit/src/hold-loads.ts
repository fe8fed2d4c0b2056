import { memory } from '@tensorflow/tfjs-core';
import type { Stateful } from '@ulmfit/trainer';
import { breach, hold } from './breach.js';
import { differenceOf, snapshot, withState, type Snapshot } from './snapshot.js';

const STRANGER = 'unknown';

/** A state with something missing or too much, and what that is. */
function* broken({ json, tensors }: Snapshot): Generator<[wrong: string, state: Snapshot]> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    for (const key of Object.keys(json)) {
      const rest = Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));
      yield [`without ${key}`, { json: rest, tensors }];
    }
    yield [`with an unknown entry`, { json: { ...json, [STRANGER]: 1 }, tensors }];
  }
  const [first] = Object.keys(tensors);
  if (first !== undefined) {
    const rest = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== first));
    yield [`without the tensor ${first}`, { json, tensors: rest }];
  }
  const stranger = { shape: [], dtype: 'float32', values: [1] } as const;
  yield ['with an unknown tensor', { json, tensors: { ...tensors, [STRANGER]: stranger } }];
}

/**
 * Loads states that are broken, which have to be refused, and a whole one several times, which must not leave a tensor.
 * @param good a state of it
 * @throws UlmfitError `BREAKS_PROTOCOL`
 */
export function holdLoads(name: string, subject: Stateful, good: Snapshot): void {
  const load = (state: Snapshot) => withState(state, (made) => subject.loadStateDict(made));
  load(good);
  for (const [wrong, state] of broken(good)) {
    let refused = false;
    try {
      load(state);
    } catch {
      refused = true;
    }
    hold(
      name,
      refused,
      () => `loadStateDict takes a state ${wrong}; throw for it, such as by requireState of @ulmfit/trainer`,
    );
  }
  load(good);
  const before = memory().numTensors;
  load(good);
  load(good);
  const more = (memory().numTensors - before) / 2;
  hold(
    name,
    more === 0,
    () => `loadStateDict leaves ${more} tensors at each call; free those of the state before`,
  );
  const kept = Object.entries(subject.stateDict().tensors).find(([, t]) => t.isDisposed)?.[0];
  hold(
    name,
    kept === undefined,
    () =>
      `loadStateDict keeps the tensor ${kept} itself, which its owner frees; keep a clone: tf.keep(t.clone())`,
  );
  const found = differenceOf(good, snapshot(subject.stateDict()));
  if (!found) return;
  throw breach(
    name,
    `loadStateDict does not bring back ${found.at}: ${found.first} was saved, ${found.second} is there; set all that stateDict saves`,
  );
}
