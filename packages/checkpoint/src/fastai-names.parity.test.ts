import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parityFolder, parityMissing } from '../../../tools/parity.js';
import { fromFastai, toFastai } from './fastai-names.js';
import { readPytorch } from './pytorch.js';
import type { RawTensor } from './raw-tensor.js';
import { readSafetensors } from './safetensors.js';

const missing = parityMissing('checkpoint_zip.pth', 'classifier.safetensors');
const path = (name: string) => join(parityFolder, name);

/** The sizes as fastai's own names and shapes tell them. */
function encoderOf(theirs: ReadonlyMap<string, RawTensor>, within: string) {
  const shapeOf = (name: string) => theirs.get(`0.${within}${name}`)?.shape ?? [];
  const [vocabulary, embedding] = shapeOf('encoder.weight');
  const layers = [...theirs.keys()].filter((name) => /rnns\.\d+\.weight_hh_l0_raw$/.test(name)).length;
  return { vocabulary, embedding, hidden: shapeOf('rnns.0.weight_hh_l0_raw')[1], layers };
}

describe.skipIf(missing)(`fastai names against its own files${missing ? `: ${missing}` : ''}`, () => {
  it('language model', () => {
    const theirs = readPytorch(path('checkpoint_zip.pth'));
    const read = fromFastai(theirs);
    expect(read.kind).toBe('language-model');
    expect(read.shape).toEqual(encoderOf(theirs, ''));
    expect(read.tensors.get('rnn.2.weightHh')).toBe(theirs.get('0.rnns.2.weight_hh_l0_raw'));
    expect(read.tensors.get('rnn.0.biasIh')).toBe(theirs.get('0.rnns.0.module.bias_ih_l0'));
    expect(new Map([...toFastai(read.tensors)].sort())).toEqual(new Map([...theirs].sort()));
  });

  it('classifier', () => {
    const all = readSafetensors(path('classifier.safetensors')).tensors;
    const theirs = new Map(
      [...all].flatMap(([name, t]) => (name.startsWith('param/') ? [[name.slice('param/'.length), t]] : [])),
    );
    const read = fromFastai(theirs);
    expect(read.kind).toBe('classifier');
    const head = [...theirs]
      .filter(([name]) => /^1\.layers\.\d+\.2\.weight$/.test(name))
      .map(([, t]) => t.shape);
    expect(head.length).toBeGreaterThan(0);
    expect(read.shape).toEqual({
      ...encoderOf(theirs, 'module.'),
      head: [...head.map(([, from]) => from), head.at(-1)?.[0]],
    });
    expect(read.tensors.get('head.1.norm.variance')).toBe(theirs.get('1.layers.1.0.running_var'));
    const back = toFastai(read.tensors);
    for (const [name, t] of theirs) expect(back.get(name), name).toEqual(t);
    expect([...back.keys()].filter((name) => !theirs.has(name))).toEqual([
      '1.layers.0.0.num_batches_tracked',
      '1.layers.1.0.num_batches_tracked',
    ]);
  });
});
