import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const published = ['packages', 'apps'].flatMap((part) =>
  readdirSync(join(root, part))
    .map((name) => join(part, name))
    // What a build left of a package that has moved is none.
    .filter((folder) => existsSync(join(root, folder, 'package.json'))),
);
const licence = (folder: string) => readFileSync(join(root, folder, 'LICENSE'), 'utf8');

// The registry shows a package alone, and the licence asks for a copy of itself with each.
describe('the licence', () => {
  it.each(published)('is in %s as it is here', (folder) => {
    expect(licence(folder)).toBe(licence('.'));
  });
});
