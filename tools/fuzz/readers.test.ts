import { describe, expect, it } from 'vitest';
import { firstOfMany, fuzzReader } from './fuzz-reader.js';
import { readers } from './readers.js';

// A share of the inputs of `npm run test:fuzz`, which has a hundred times as many and the hostile ones too.

describe.each(Object.keys(readers))('%s', (name) => {
  it('reads or refuses a thousand spoilt files, and does nothing else', async () => {
    const reader = readers[name]?.();
    if (!reader) throw new Error('unreachable');
    const from = firstOfMany;
    try {
      const result = await fuzzReader(reader, { seed: 1, from, to: from + 1000 });
      expect(result.failures).toEqual([]);
      const refused = Object.values(result.refused).reduce((a, b) => a + b, 0);
      expect(result.accepted + refused).toBe(1000);
      // Both ways are gone: a reader that refuses or accepts everything is not tested.
      expect(result.accepted).toBeGreaterThan(0);
      if (name !== 'tokenizer') expect(refused).toBeGreaterThan(100);
    } finally {
      reader.dispose?.();
    }
  }, 300_000);
});
