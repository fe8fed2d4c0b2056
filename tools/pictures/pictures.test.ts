import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pictures } from './pictures.js';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

describe('the pictures of the guides', () => {
  it('are those that `npm run pictures` draws', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(pictures)
        .map((name) => `${name}.svg`)
        .sort(),
    );
  });

  it.each(Object.entries(pictures))('%s shows the code as it is', (name, draw) => {
    expect(draw() === readFileSync(`${folder}${name}.svg`, 'utf8'), 'run `npm run pictures`').toBe(true);
  });
});
