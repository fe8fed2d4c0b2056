import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every code with which an error is made in what is shipped. */
const made = new Set(
  ['packages', 'apps'].flatMap((part) =>
    readdirSync(join(root, part)).flatMap((name) => {
      const source = join(root, part, name, 'src');
      if (!existsSync(source)) return [];
      return readdirSync(source, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts') && !/\.(test|test-helper)\.ts$/.test(path))
        .flatMap((path) => [
          // Made on the spot, or told to one of the checks of @ulmfit/errors.
          ...readFileSync(join(source, path), 'utf8').matchAll(
            /(?:new UlmfitError\(\s*|\brequire\w+\([^;]*\bcode: )'([A-Z0-9_]+)'/g,
          ),
        ])
        .map(([, code]) => code ?? '');
    }),
  ),
);

/** Every code in a first column of the page. */
const listed = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| (`.*?`) \|/gm)].flatMap(
  ([, cell = '']) => cell.split(', ').map((code) => code.replaceAll('`', '')),
);

describe('docs/errors.md', () => {
  it('lists every code that is thrown', () => {
    expect(made.size).toBeGreaterThan(90);
    expect([...made].filter((code) => !listed.includes(code)).sort()).toEqual([]);
  });

  it('lists none that is not, and each once', () => {
    expect(listed.filter((code) => !made.has(code))).toEqual([]);
    expect(listed.filter((code, i) => listed.indexOf(code) !== i)).toEqual([]);
  });
});
