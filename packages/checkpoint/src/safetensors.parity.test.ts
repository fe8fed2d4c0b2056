import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parityFolder, parityMissing, readGolden } from '../../../tools/parity.js';
import { tensorsFromSafetensors } from './safetensors.js';

const names = ['checkpoint', 'classifier', 'lm_train'];
const missing = parityMissing(...names.map((name) => `${name}.safetensors`));

describe.skipIf(missing)(
  `safetensors against files of the Python library${missing ? `: ${missing}` : ''}`,
  () => {
    it.each(names)('reads %s', (name) => {
      const expected = readGolden(name).tensors;
      const read = tensorsFromSafetensors(join(parityFolder, `${name}.safetensors`));
      expect(Object.keys(read).sort()).toEqual(Object.keys(expected).sort());
      for (const [key, t] of Object.entries(expected)) {
        expect(read[key]?.dtype).toBe(t.dtype);
        expect(read[key]?.shape).toEqual(t.shape);
        expect(read[key]?.dataSync()).toEqual(t.dataSync());
      }
    });
  },
);
