import { testPlugin, type MakePlugin } from '@ulmfit/plugin-testkit';
import { describe, expect, it } from 'vitest';
import {
  checkpointing,
  csvLogger,
  earlyStopping,
  keepBest,
  memoryStore,
  spikeWarning,
  type StateDict,
} from '../index.js';
import { thrown, ulmfitError } from '../toy.test-helper.js';

describe('the protocol', () => {
  it.each<[string, MakePlugin<unknown, unknown, Record<never, never>>]>([
    ['earlyStopping', () => earlyStopping({ patience: 1, bestOf: 'fits' })],
    ['keepBest', () => keepBest()],
    ['spikeWarning', () => spikeWarning({ onWarning: () => undefined, patience: 1 })],
    ['checkpointing', () => discarding()],
    ['csvLogger', () => csvLogger({ write: () => undefined })],
  ])('is kept to by %s', async (_, make) => {
    await testPlugin(make);
  });

  it('has one way to refuse a state', () => {
    const load = (json: object) =>
      thrown(() =>
        checkpointing({ store: memoryStore() }).loadStateDict?.({ json, tensors: {} } as StateDict),
      );
    expect(load({})).toEqual(ulmfitError('STATE_MISMATCH', /^checkpointing: the state has no best$/));
    expect(load({ best: null, worst: 1 })).toEqual(
      ulmfitError('STATE_MISMATCH', /^checkpointing: the state has an unknown entry worst$/),
    );
  });
});

/** A store that keeps nothing, so that the kit's count of tensors is that of the plugin. */
function discarding() {
  return checkpointing({ store: { ...memoryStore(), save: () => undefined }, everySeconds: 0 });
}
