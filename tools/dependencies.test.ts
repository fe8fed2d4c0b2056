import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedPackages, readManifest, root } from './packages/published-packages.js';

const packages = publishedPackages();
const byName = new Map(packages.map((one) => [one.manifest.name, one.manifest]));
const workspace = readManifest(root).devDependencies ?? {};

/** The packages that the files of a folder import, without Node's own. */
function importsOf(folder: string, isOf: (path: string) => boolean): Set<string> {
  const found = new Set<string>();
  if (!existsSync(folder)) return found;
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.includes('template') || !isOf(path)) continue;
    const source = readFileSync(join(folder, path), 'utf8');
    for (const [, name = ''] of source.matchAll(
      /^(?:import |(?:import |export |\})[^'\n]*\bfrom )'(@[\w-]+\/[\w.-]+|[a-z][\w.-]*)(?:\/[\w./-]+)?';$/gm,
    ))
      found.add(name);
  }
  return found;
}
const isTest = (path: string): boolean => /\.(test|test-helper)\.ts$/.test(path);

describe('a package names what it imports', () => {
  it.each(packages)('$manifest.name', ({ folder, manifest }) => {
    const shipped = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    };
    const source = join(root, folder, 'src');
    const declared = (names: object) => (name: string) => name in names || name === manifest.name;
    expect(
      [...importsOf(source, (path) => !isTest(path))].filter((name) => !declared(shipped)(name)),
    ).toEqual([]);
    const tested = { ...shipped, ...manifest.devDependencies, ...workspace };
    expect([...importsOf(source, isTest)].filter((name) => !declared(tested)(name))).toEqual([]);
  });
});

// Two copies of these would be two engines, or two protocols: the project that uses a library has the one.
const peers = ['@tensorflow/tfjs-core', '@ulmfit/kernels', '@ulmfit/trainer'];

describe('what plugins are plugged into is a peer', () => {
  it.each(packages.filter(({ folder }) => folder.startsWith('packages/')))(
    'of $manifest.name',
    ({ manifest: { dependencies = {}, peerDependencies = {}, devDependencies = {} } }) => {
      expect(peers.filter((name) => name in dependencies)).toEqual([]);
      const ours = Object.keys(peerDependencies).filter((name) => name.startsWith('@ulmfit/'));
      expect(devDependencies, 'the workspace has them too').toMatchObject(
        Object.fromEntries(ours.map((name) => [name, peerDependencies[name]])),
      );
    },
  );

  it.each(packages)('of $manifest.name, where a dependency asks for it', ({ manifest }) => {
    const provided = { ...manifest.dependencies, ...manifest.peerDependencies };
    const asked = Object.keys(manifest.dependencies ?? {}).flatMap((name) =>
      Object.keys(byName.get(name)?.peerDependencies ?? {}),
    );
    expect(asked.filter((name) => !(name in provided))).toEqual([]);
  });
});
