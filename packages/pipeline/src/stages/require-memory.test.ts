import { createLanguageModel } from '@ulmfit/awd-lstm';
import { describe, expect, it } from 'vitest';
import { memoryLimit } from './memory-limit.js';
import { awdLstmSizes, requireMemory, trainingMemory } from './require-memory.js';

const sizes = (embedding: number, hidden: number, layers: number) => ({
  ...awdLstmSizes({ embedding, hidden, layers }, 20),
  vocabulary: 20,
  batchSize: 4,
  window: 7,
});

describe('the memory of training', () => {
  it.each([
    [3, 5, 1],
    [3, 5, 2],
    [4, 6, 4],
  ])('counts the weights of a model of %i, %i and %i layers', (embedding, hidden, layers) => {
    const given = sizes(embedding, hidden, layers);
    const model = createLanguageModel({ embedding, hidden, layers, vocabulary: given.vocabulary });
    const tied = model.groups.flatMap(({ parameters }) => parameters);
    const held = tied.reduce(
      (sum, { name, variable }) => sum + (name === 'decoder.bias' ? 0 : variable.size),
      0,
    );
    expect(trainingMemory(given).weights).toBe(4 * 4 * held);
    model.dispose();
  });

  it('is refused where the machine lacks it, before it is taken', () => {
    const limit = { bytes: 16e9, of: 'this machine' };
    expect(() => requireMemory('pretrain', sizes(4096, 4096, 64), limit)).toThrow(
      expect.objectContaining({
        code: 'TOO_LARGE',
        message:
          'pretrain: embedding 4096, hidden 4096, layers 64 and 20 words take 137.47 GB for weights, gradients and optimizer, ' +
          'and batches of 4 by 7 tokens 0.18 GB; this machine has 16.00 GB: choose smaller sizes',
      }),
    );
    requireMemory('pretrain', sizes(400, 1152, 3), limit);
  });

  it('is at most that of the machine', () => {
    expect(memoryLimit().bytes).toBeGreaterThan(1e8);
    expect(memoryLimit().of).toMatch(/^this /);
  });
});
