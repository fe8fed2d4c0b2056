import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

// The code of the guides stands in docs/examples, where tsc checks it; here it runs, and the guides are held to it.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const list = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
const examples = list('docs/examples', '.ts');
const guides = [
  'README.md',
  'packages/kernels/README.md',
  'packages/pipeline/README.md',
  ...list('docs', '.md'),
];
const packages = ['apps/imdb', ...list('packages', '')].map((folder) => `${folder}/README.md`);

describe('the examples run', () => {
  it.each(examples)('%s', async (path) => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import(/* @vite-ignore */ pathToFileURL(join(root, path)).href);
  });
});

describe('the guides show code that runs', () => {
  const sources = examples.map(read);

  it.each(guides)('%s', (page) => {
    for (const [, block = ''] of read(page).matchAll(/^```ts\n(.*?)^```$/gms)) {
      const isThere = sources.some((source) => source.includes(block));
      expect(isThere, `in no file of docs/examples:\n${block}`).toBe(true);
    }
  });
});

describe('links lead to files that are there', () => {
  it.each([...new Set([...guides, ...packages, 'CONTRIBUTING.md'])])('%s', (page) => {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(root, dirname(page), target)), target).toBe(true);
    }
  });
});
