import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedPackages, root } from './packages/published-packages.js';

// By a variable: it is plain JavaScript, which the compiler has no types for.
const url = new URL('repository.mjs', import.meta.url).href;
const { filesAt, repositoryFields } = (await import(/* @vite-ignore */ url)) as {
  filesAt: string;
  repositoryFields(folder: string): object;
};
const remedy = 'set the address in tools/repository.mjs and run `npm run repository`';

describe("npm's page of a package leads to the repository", () => {
  it.each(publishedPackages())('of $manifest.name', ({ folder, manifest }) => {
    expect(manifest, remedy).toMatchObject(repositoryFields(folder));
    const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');
    for (const [, target = ''] of readme.matchAll(/\]\(([^)\s]+)\)/g)) {
      expect(target, `a link that npm's page can't follow: ${remedy}`).toMatch(/^(https:|#)/);
      const path = target.startsWith(filesAt) ? target.slice(filesAt.length).replace(/#.*/, '') : undefined;
      if (path !== undefined) expect(existsSync(join(root, path)), target).toBe(true);
      else expect(target, remedy).not.toContain('/blob/main/');
    }
  });
});
