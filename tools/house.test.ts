import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest, root } from './packages/published-packages.js';

// By a variable: it is plain JavaScript, which the compiler has no types for.
const url = new URL('floors.mjs', import.meta.url).href;
const { floors } = (await import(/* @vite-ignore */ url)) as {
  floors: Record<string, { name: string; floor: number; mayImport: string[] }>;
};
const folders = ['packages', 'apps'].flatMap((part) =>
  readdirSync(join(root, part), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && readdirSync(join(root, part, entry.name)).includes('package.json'),
    )
    .map(({ name }) => `${part}/${name}`),
);

describe('the floors', () => {
  it('have a row for every package', () => {
    expect(Object.keys(floors).sort()).toEqual([...folders].sort());
  });

  it.each(Object.entries(floors))('are a tag of %s', (folder, { name, floor }) => {
    const manifest = readManifest(join(root, folder)) as { name: string; nx?: { tags?: string[] } };
    expect(manifest.name).toBe(name);
    expect(manifest.nx?.tags).toEqual([`floor:${String(floor)}`]);
  });

  it.each(Object.entries(floors))('only import down from %s', (_, { name, floor, mayImport }) => {
    const above = Object.values(floors).filter((row) => mayImport.includes(row.name) && row.floor > floor);
    expect(above.map((row) => row.name)).toEqual([]);
    expect(mayImport).not.toContain(name);
  });

  it('are the table of the page', () => {
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const told = new Map<string, number>();
    for (const [, floor, names = ''] of page.matchAll(/^\| (\d) \| ([^|]*) \|/gm))
      for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) told.set(name, Number(floor));
    const missing = Object.entries(floors).filter(([folder, { name, floor }]) =>
      [folder, name, name.replace('@ulmfit/', '')].every((known) => told.get(known) !== floor),
    );
    expect(missing.map(([folder]) => folder)).toEqual([]);
  });
});

/** A cycle among the files of a folder, imports of types included; none where there is no cycle. */
function importCycle(source: string): string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !/\.(test|test-helper)\.ts$/.test(path));
  const imports = new Map(
    files.map((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      const found = [...text.matchAll(/^(?:import|export)[^;]*? from '(\.[^']+)\.js';$/gms)];
      return [file, found.map(([, path = '']) => join(dirname(file), `${path}.ts`).replaceAll('\\', '/'))];
    }),
  );
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('no file imports itself by others', () => {
  it.each(folders)('in %s', (folder) => {
    expect(importCycle(join(root, folder, 'src'))).toEqual([]);
  });
});

describe('the tools above the packages', () => {
  it.each(folders)('are imported by no test of %s', (folder) => {
    const files = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' });
    const above = files
      .filter((path) => path.endsWith('.ts'))
      .filter((path) =>
        / from '[^']*tools\/(?:bench|faults|fuzz|soak)\//.test(
          readFileSync(join(root, folder, 'src', path), 'utf8'),
        ),
      );
    expect(above).toEqual([]);
  });
});
