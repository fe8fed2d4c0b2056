import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { permutation, randomKey } from '@ulmfit/kernels';
import { afterAll, describe, expect, it } from 'vitest';
import {
  entryPoints,
  packPackages,
  publishedPackages,
  root,
  type PublishedPackage,
} from './published-packages.js';

// The short share of `npm run test:packages`: some packages, drawn by a seed, with what they name and nothing else beside them.
const seed = Number(process.env['ULMFIT_PACKAGES_SEED'] ?? 1);
const packages = publishedPackages();
const isBuilt = packages.every(({ folder }) => existsSync(join(root, folder, 'dist')));
const order = permutation(packages.length, randomKey({ seed, stream: 'packages' }));
const drawn = [...order].slice(0, 3).flatMap((i) => packages[i] ?? []);
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-alone-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What npm would install of a package: it, and what it and those name. */
function closure(name: string, found = new Map<string, PublishedPackage | undefined>()): typeof found {
  if (found.has(name)) return found;
  const ours = packages.find(({ manifest }) => manifest.name === name);
  found.set(name, ours);
  if (ours !== undefined)
    for (const next of Object.keys({ ...ours.manifest.dependencies, ...ours.manifest.peerDependencies }))
      closure(next, found);
  return found;
}

describe.skipIf(!isBuilt)(`packed, alone (seed ${String(seed)}; skipped without a build)`, () => {
  const needed = new Map(drawn.flatMap(({ manifest }) => [...closure(manifest.name)]));
  const tarballs = isBuilt
    ? packPackages(
        [...needed.values()].filter((one) => one !== undefined),
        folder,
      )
    : [];

  it.each(drawn)('$manifest.name', ({ manifest }) => {
    const modules = join(folder, manifest.name.replaceAll(/\W/g, '-'), 'node_modules');
    for (const [name, ours] of closure(manifest.name)) {
      const place = join(modules, name);
      mkdirSync(ours === undefined ? dirname(place) : place, { recursive: true });
      const path = tarballs.find((one) => one.manifest.name === name)?.path;
      if (path === undefined) symlinkSync(join(root, 'node_modules', name), place, 'junction');
      else execFileSync('tar', ['xzf', path, '--strip-components=1', '-C', place]);
    }
    const here = join(modules, manifest.name);
    const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).map((file) =>
      file.replaceAll('\\', '/'),
    );
    expect(
      files.filter((file) => !file.startsWith('templates/') && /\.test(-helper)?\.|tsbuildinfo/.test(file)),
    ).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    // What a build left of a module that has moved.
    const compiled = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
    expect(compiled.filter((file) => !files.includes(file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')))).toEqual(
      [],
    );

    const entries = entryPoints(manifest).filter((entry) => !entry.endsWith('.json'));
    const script = `const all = await Promise.all(${JSON.stringify(entries)}.map((name) => import(name)));
      if (all.some((module) => Object.keys(module).length === 0)) throw new Error('exports nothing');`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: dirname(modules),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(output).toBe('');
  });
});
