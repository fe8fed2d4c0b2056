import fc from 'fast-check';
import { createClassifier } from '@ulmfit/awd-lstm';
import {
  bundleToBytes,
  readSafetensors,
  serializeSafetensors,
  type RawTensor,
  type WeightFormat,
} from '@ulmfit/checkpoint';
import { bundleOfClassifier, loadClassifier, plainDecision } from '@ulmfit/inference';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { digestOf } from './run-files.js';
import { zip } from '../../../packages/files/src/zip-writer.test-helper.js';

// A model that is one file, of small weights, as a browser loads it.

const words = [...specialTokens, 'the', 'film'];

function partsOf(weightFormat: WeightFormat): Record<string, Uint8Array> {
  const sizes = { vocabulary: words.length, embedding: 2, hidden: 3, layers: 2, window: 4, maxLength: 8 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const vocabulary = new Vocabulary(words);
  const bundle = bundleOfClassifier({
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer: fastaiTokenizer(),
    decision: plainDecision,
  });
  const { 'linear.safetensors': _, ...parts } = bundleToBytes(bundle, 'a', { weightFormat });
  model.dispose();
  return parts;
}

const zipped = (parts: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zip(Object.entries(parts).map(([name, data]) => ({ name, data })));

/** The same model with other weights, whose checksum the description tells. */
function withWeights(parts: Readonly<Record<string, Uint8Array>>, tensors: ReadonlyMap<string, RawTensor>) {
  const weights = serializeSafetensors(tensors);
  const { sha256: _, ...description } = JSON.parse(new TextDecoder().decode(parts['bundle.json'])) as {
    sha256: string;
    files: object;
  };
  const files = { ...description.files, 'weights.safetensors': digestOf(weights) };
  return zipped({
    ...parts,
    'bundle.json': utf8(JSON.stringify({ ...description, files })),
    'weights.safetensors': weights,
  });
}

/** What may be done to a tensor. */
const changes: readonly ((tensors: Map<string, RawTensor>, name: string, tensor: RawTensor) => void)[] = [
  (tensors, name) => void tensors.delete(name),
  (tensors, name, tensor) => void tensors.set(`${name}:scale`, tensor),
  (tensors, name, { data }) =>
    void tensors.set(name, {
      dtype: 'F32',
      shape: [data.length],
      data: new Float32Array(data.length).fill(NaN),
    }),
  (tensors, name, { data }) =>
    void tensors.set(name, {
      dtype: 'I8',
      shape: [1, data.length],
      data: new Int8Array(data.length).fill(-128),
    }),
  (tensors, name, { data }) =>
    void tensors.set(name, {
      dtype: 'I8',
      shape: [data.length, 1, 1],
      data: new Int8Array(data.length).fill(5),
    }),
  (tensors, name) => void tensors.set(name, { dtype: 'I8', shape: [0, 7], data: new Int8Array(0) }),
  (tensors, name, { shape, data }) =>
    void tensors.set(name, { dtype: 'F32', shape, data: new Float32Array(data.length).fill(3e38) }),
];

export const modelFileReader = (): FuzzedReader => {
  const parts = partsOf('int8');
  const { tensors } = readSafetensors(parts['weights.safetensors'] as Uint8Array);
  const names = [...tensors.keys()];
  return {
    name: 'a model file',
    samples: [zipped(parts), zipped(partsOf('float16')), zipped(partsOf('float32'))],
    hostile: () => [
      zip([{ name: 'bundle.json', data: utf8('{}'), size: 2 ** 31 }]),
      zip(Object.entries(parts).map(([name, data]) => ({ name: `../${name}`, data }))),
    ],
    arbitrary: fc
      .array(fc.tuple(fc.nat(), fc.nat({ max: changes.length - 1 })), { maxLength: 3 })
      .map((drawn) => {
        const copy = new Map(tensors);
        for (const [which, how] of drawn) {
          const name = names[which % names.length] ?? '';
          const tensor = copy.get(name);
          if (tensor) changes[how]?.(copy, name, tensor);
        }
        return withWeights(parts, copy);
      }),
    read: async (bytes) => (await loadClassifier(bytes)).dispose(),
  };
};
