import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { rawFromTensors, toFastai, type RawTensor } from '@ulmfit/checkpoint';
import { zipSync } from 'fflate';
import {
  call,
  dict,
  global,
  int,
  list,
  persistent,
  pickle,
  text,
  truth,
  tuple,
} from '../../../packages/checkpoint/src/pickle-writer.test-helper.js';

/** Row-major strides, in elements. */
const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));

/** What `torch.save` makes of a state dictionary of floats: each tensor with a storage of its own. */
function pytorchFile(tensors: ReadonlyMap<string, RawTensor>): Uint8Array {
  const storages: Record<string, Uint8Array> = {};
  const entries = [...tensors].map(([name, { shape, data }], key): [Uint8Array, Uint8Array] => {
    storages[`archive/data/${key}`] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const storage = tuple(
      text('storage'),
      global('torch', 'FloatStorage'),
      text(String(key)),
      text('cpu'),
      int(data.length),
    );
    const tensor = call(
      global('torch._utils', '_rebuild_tensor_v2'),
      persistent(storage),
      int(0),
      tuple(...shape.map(int)),
      tuple(...stridesOf(shape).map(int)),
      truth(false),
      call(global('collections', 'OrderedDict')),
    );
    return [text(name), tensor];
  });
  return zipSync({ 'archive/data.pkl': pickle(dict(...entries)), ...storages }, { level: 0 });
}

/**
 * Writes a language model as fastai saves it, `lm.pth`, with the words of its rows, `lm.pkl`.
 * @returns the path of the first
 */
export function writeFastaiModel(
  folder: string,
  words: readonly string[],
  sizes: { embedding: number; hidden: number; layers: number },
): string {
  const model = createLanguageModel({ ...sizes, vocabulary: words.length }, { seed: 4 });
  const ours = Object.fromEntries(
    model.groups.flatMap((g) => g.parameters).map(({ name, variable }) => [name, variable]),
  );
  writeFileSync(join(folder, 'lm.pth'), pytorchFile(toFastai(new Map(rawFromTensors(ours)))));
  writeFileSync(join(folder, 'lm.pkl'), pickle(list(...words.map(text))));
  model.dispose();
  return join(folder, 'lm.pth');
}
