import { memory } from '@tensorflow/tfjs-core';
import { nativeTensorCount, useBackend } from '@ulmfit/backend-node';
import { describe, expect, it } from 'vitest';
import { soak } from './soak.js';

// A share of `npm run test:soak`. Of memory only tensors are counted: so few steps tell nothing of the rest.

const missing = await useBackend({ backend: 'tensorflow' }).then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);

describe.skipIf(missing !== undefined)(
  `a process that goes on${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    it('holds as many tensors after 30 steps as after 10, and after 120 predictions as after 40', async () => {
      const before = [memory().numTensors, nativeTensorCount()];
      const samples = await soak({ steps: 30, predictions: 120, samples: 3 });
      expect(samples.map(({ work }) => work)).toEqual([
        ...new Array<string>(3).fill('training'),
        ...new Array<string>(3).fill('predicting'),
      ]);
      for (const work of ['training', 'predicting']) {
        const counts = samples.filter((s) => s.work === work).map(({ tensors, native }) => [tensors, native]);
        expect(counts, work).toEqual([counts[0], counts[0], counts[0]]);
      }
      expect([memory().numTensors, nativeTensorCount()]).toEqual(before);
    });
  },
);
