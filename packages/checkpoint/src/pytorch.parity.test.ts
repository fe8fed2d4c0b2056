import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parityFolder, parityMissing } from '../../../tools/parity.js';
import { readItos } from './itos.js';
import { readPytorch } from './pytorch.js';
import { readSafetensors } from './safetensors.js';

const formats = ['checkpoint_legacy.pth', 'checkpoint_zip.pth', 'checkpoint_with_opt.pth'];
const missing = parityMissing(...formats, 'itos.pkl', 'checkpoint.json', 'checkpoint.safetensors');
const path = (name: string) => join(parityFolder, name);

describe.skipIf(missing)(`files of PyTorch and fastai${missing ? `: ${missing}` : ''}`, () => {
  it.each(formats)('%s has the tensors of the safetensors file', (name) => {
    const expected = readSafetensors(path('checkpoint.safetensors')).tensors;
    const read = readPytorch(path(name));
    expect([...read.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, t] of expected) expect(read.get(key), key).toEqual(t);
    expect(read.get('1.decoder.weight')).toBe(read.get('0.encoder.weight'));
  });

  it('itos.pkl has the words of the JSON file', () => {
    const { itos } = JSON.parse(readFileSync(path('checkpoint.json'), 'utf8')) as { itos: string[] };
    expect(readItos(path('itos.pkl'))).toEqual(itos);
  });
});
