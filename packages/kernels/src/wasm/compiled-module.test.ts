import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compiledModule } from './compiled-module.js';
import * as lstmGradient from './lstm-gradient-module.js';
import * as lstmInt8 from './lstm-int8-module.js';
import * as lstmLayer from './lstm-layer-module.js';

describe.each([
  ['lstm-layer', lstmLayer],
  ['lstm-gradient', lstmGradient],
  ['lstm-int8', lstmInt8],
] as const)('the module of %s', (name, code) => {
  it('is made of the source as it is: else run `npm run wasm`', () => {
    const hash = createHash('sha256');
    for (const file of ['activations', name])
      hash.update(readFileSync(new URL(`../../assembly/${file}.ts`, import.meta.url)));
    expect(hash.digest('hex')).toBe(code.sourceSha256);
  });

  it('runs here', () => {
    expect(compiledModule(code)).toBeDefined();
  });
});
