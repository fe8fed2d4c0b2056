import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest, root } from './packages/published-packages.js';

const manifests = ['packages', 'apps'].flatMap((part) =>
  readdirSync(join(root, part))
    .filter((name) => readdirSync(join(root, part, name)).includes('package.json'))
    .map((name) => ({ folder: `${part}/${name}`, manifest: readManifest(join(root, part, name)) })),
);

/** A package and all that name it, or what names it, for running or for their tests. */
function dependents(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const { manifest } of manifests) {
    const names = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
    if (name in names) dependents(manifest.name, found);
  }
  return found;
}

describe('nx', () => {
  it.each(manifests)('knows how to build, test and lint $folder', ({ folder, manifest }) => {
    expect(manifest['scripts']).toMatchObject({
      build: folder === 'apps/ulmfit' ? 'tsc -b && node bundle.mjs' : 'tsc -b',
      test: `vitest run --root ../.. ${folder}/`,
      lint: 'eslint .',
    });
  });

  it.each(['schedulers', 'linear', 'errors'])('takes what depends on %s, and nothing else', (name) => {
    const file = `packages/${name}/src/index.ts`;
    const affected = execFileSync(
      process.execPath,
      [join(root, 'node_modules/.bin/nx'), 'show', 'projects', '--affected', `--files=${file}`, '--json'],
      { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } },
    );
    expect((JSON.parse(affected) as string[]).sort()).toEqual([...dependents(`@ulmfit/${name}`)].sort());
  });
});
