import fc from 'fast-check';
import { readSafetensors, serializeSafetensors, type RawTensor } from '@ulmfit/checkpoint';
import { trainLinear } from '@ulmfit/linear';
import { linearFromBytes, linearToBytes } from '@ulmfit/inference';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';

// The linear model of a bundle, which predictions are blended with.

const rows = Array.from({ length: 12 }, (_, i) => ({
  text: `${i % 2 ? 'a fine film' : 'a dull book'} ${i % 3}`,
  labels: [i % 2],
}));
// Two kinds of terms: known words, and characters by their hash where many are allowed.
const sound = linearToBytes(await trainLinear(rows, { classes: 2, multiLabel: false }));

export function linearReader(): FuzzedReader {
  const { tensors, metadata } = readSafetensors(sound, 'linear');
  const description = JSON.parse(metadata['linear'] ?? '{}') as object;
  const withDescription = (json: Uint8Array) =>
    serializeSafetensors(tensors, { linear: new TextDecoder().decode(json) });
  const value = fc.constantFrom(0, 1, -1, 255, 2 ** 31 - 1, 3e38, NaN);
  const spoilt = fc
    .tuple(fc.constantFrom(...tensors.keys()), fc.array(value, { maxLength: 40 }))
    .map(([name, values]) => {
      const { dtype } = tensors.get(name) ?? { dtype: 'F32' };
      const shape = [values.length];
      const tensor: RawTensor =
        dtype === 'F32'
          ? { dtype, shape, data: Float32Array.from(values) }
          : dtype === 'I32'
            ? { dtype, shape, data: Int32Array.from(values) }
            : { dtype: 'U8', shape, data: Uint8Array.from(values) };
      return serializeSafetensors(new Map([...tensors, [name, tensor]]), metadata);
    });
  return {
    name: 'linear',
    samples: [sound],
    hostile: () => hostileJson().map(withDescription),
    arbitrary: fc.oneof(spoilt, spoiltRecord(description).map(withDescription)),
    read: (bytes) => linearFromBytes(bytes, 'linear.safetensors').logits(['a fine film', '', 'ÄΩ 😀']),
  };
}
