import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** The modules outside of this package that a source file imports, itself or through others, but for types. */
function importsOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const found = readFileSync(file, 'utf8').matchAll(/^(?:import|export)(?! type)[^;]*? from '([^']+)'/gm);
  return [...found].flatMap(([, name = '']) =>
    name.startsWith('.') ? importsOf(join(dirname(file), name.replace(/\.js$/, '.ts')), seen) : [name],
  );
}

it('tokenizes without TensorFlow.js', () => {
  const entry = fileURLToPath(new URL('tokens.ts', import.meta.url));
  expect(existsSync(entry)).toBe(true);
  expect([...new Set(importsOf(entry))].sort()).toEqual(['@ulmfit/errors', 'entities']);
  expect(importsOf(join(dirname(entry), 'index.ts'))).toContain('@tensorflow/tfjs-core');
});
