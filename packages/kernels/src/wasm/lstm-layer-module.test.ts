import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compiledModule } from './compiled-module.js';
import { sourceSha256 } from './lstm-layer-module.js';

it('is made of the source as it is: else run `npm run wasm`', () => {
  const source = readFileSync(new URL('../../assembly/lstm-layer.ts', import.meta.url));
  expect(createHash('sha256').update(source).digest('hex')).toBe(sourceSha256);
});

it('runs here', () => {
  expect(compiledModule()).toBeDefined();
});
