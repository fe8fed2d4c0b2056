import { describe, expect, it } from 'vitest';
import { firstOfMany, fuzzReader } from './fuzz-reader.js';
import { readers } from './readers.js';

// A share of the inputs of `npm run test:fuzz`, which has a hundred times as many and the hostile ones too.
/** These read from the disk, one input after the other. */
const slow = [
  ...['bundle', 'vocabulary', 'archive', 'run', 'corpus'],
  ...['task', 'run-corpus', 'engine', 'settings', 'model-file', 'inspect', 'model-package'],
];

describe.each(Object.keys(readers))('%s', (name) => {
  it('reads or refuses every spoilt file, and does nothing else', async () => {
    const reader = readers[name]?.();
    if (!reader) throw new Error('unreachable');
    const from = firstOfMany;
    const inputs = slow.includes(name) ? 300 : 1000;
    try {
      const result = await fuzzReader(reader, { seed: 1, from, to: from + inputs });
      expect(result.failures).toEqual([]);
      const refused = Object.values(result.refused).reduce((a, b) => a + b, 0);
      expect(result.accepted + refused).toBe(inputs);
      // Both ways are gone: a reader that refuses or accepts everything is not tested.
      expect(result.accepted).toBeGreaterThan(0);
      if (name !== 'tokenizer') expect(refused).toBeGreaterThan(inputs / 10);
    } finally {
      reader.dispose?.();
    }
  }, 300_000);
});
