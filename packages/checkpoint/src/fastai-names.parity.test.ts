import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parityFolder, parityMissing } from '../../../tools/parity.js';
import { fromFastai, toFastai } from './fastai-names.js';
import { readPytorch } from './pytorch.js';
import { readSafetensors } from './safetensors.js';

const missing = parityMissing('checkpoint_zip.pth', 'classifier.safetensors');
const path = (name: string) => join(parityFolder, name);

describe.skipIf(missing)(`fastai names against its own files${missing ? `: ${missing}` : ''}`, () => {
  it('language model', () => {
    const theirs = readPytorch(path('checkpoint_zip.pth'));
    const read = fromFastai(theirs);
    expect(read.kind).toBe('language-model');
    expect(read.shape).toEqual({ vocabulary: 30, embedding: 6, hidden: 10, layers: 3 });
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
    expect(read.shape).toEqual({ vocabulary: 40, embedding: 12, hidden: 20, layers: 3, head: [36, 7, 3] });
    expect(read.tensors.get('head.1.norm.variance')).toBe(theirs.get('1.layers.1.0.running_var'));
    const back = toFastai(read.tensors);
    for (const [name, t] of theirs) expect(back.get(name), name).toEqual(t);
    expect([...back.keys()].filter((name) => !theirs.has(name))).toEqual([
      '1.layers.0.0.num_batches_tracked',
      '1.layers.1.0.num_batches_tracked',
    ]);
  });
});
