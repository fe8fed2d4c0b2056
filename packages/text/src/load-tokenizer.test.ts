import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';

const shape = `{ name: 'spaces', rules: 'spaces/1', tokenize: (text) => text.split(' ') }`;
const modules: Record<string, string> = {
  'named.mjs': `export const tokenizer = ${shape};`,
  'default.mjs': `export default ${shape};`,
  'factory.mjs': `export default async () => (${shape});`,
  'odd name.mjs': `export default ${shape};`,
  'class.mjs': `class Spaces { name = 'spaces'; rules = 'spaces/1'; #by = ' '; tokenize(text) { return text.split(this.#by); } }
    export const tokenizer = new Spaces();`,
  'nothing.mjs': `export const other = 1;`,
  'text.mjs': `export default 'spaces';`,
  'nameless.mjs': `export default { rules: '1', tokenize: () => [] };`,
  'unruly.mjs': `export default { name: 'unruly', rules: '', tokenize: () => [] };`,
  'split.mjs': `export default { name: 'split', rules: '1', split: () => [] };`,
  'broken.mjs': `throw new Error('on\\nloading');`,
  'throws.mjs': `export default () => { throw new TypeError('in the factory'); };`,
  'imports.mjs': `import './absent.mjs'; export default ${shape};`,
};
let folder = '';
let from = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ulmfit-tokenizer-'));
  from = pathToFileURL(`${folder}/`).href;
  for (const [name, source] of Object.entries(modules)) writeFileSync(join(folder, name), source);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadTokenizer', () => {
  it('gives the one of a name', async () => {
    expect((await loadTokenizer('segmenter:fr')).name).toBe('segmenter:fr');
    await expect(loadTokenizer('spaces')).rejects.toThrow(/tokenizer spaces: unknown; give/);
  });

  it.each(['./named.mjs', 'default.mjs', './factory.mjs', './odd name.mjs', './class.mjs'])(
    'loads %s, and tells where it is from',
    async (name) => {
      const tokenizer = await loadTokenizer(name, { from });
      expect(tokenizer.tokenize('a b')).toEqual(['a', 'b']);
      expect(tokenizer).toMatchObject({ name: 'spaces', rules: 'spaces/1' });
      const again = await loadTokenizer(tokenizer.module ?? '');
      expect(again.module).toBe(tokenizer.module);
    },
  );

  it('loads an absolute path, and a package by what finds it', async () => {
    const absolute = await loadTokenizer(join(folder, 'named.mjs'), { from: 'file:///elsewhere/' });
    expect(absolute.module).toBe(`${from}named.mjs`);
    const options = { from, resolve: (name: string, from: string) => `${from}${name.slice(4)}` };
    expect((await loadTokenizer('@me/named.mjs', options)).module).toBe(`${from}named.mjs`);
  });

  it.each([
    [
      './absent.mjs',
      'UNKNOWN_TOKENIZER',
      /^tokenizer \.\/absent\.mjs: no module at file:.*; check the path$/,
    ],
    [
      './so # 1%?.mjs',
      'UNKNOWN_TOKENIZER',
      /: no module at file:.*\/so%20%23%201%25%3F\.mjs; check the path$/,
    ],
    [
      './nothing.mjs',
      'BAD_TOKENIZER',
      /^tokenizer \.\/nothing\.mjs: exports no tokenizer; export one, .* as tokenizer or default$/,
    ],
    ['./text.mjs', 'BAD_TOKENIZER', /: exports "spaces"; a tokenizer is an object { name, rules, tokenize/],
    ['./nameless.mjs', 'BAD_TOKENIZER', /: name is undefined; give a text/],
    ['./unruly.mjs', 'BAD_TOKENIZER', /: rules is ""; give a text/],
    ['./split.mjs', 'BAD_TOKENIZER', /: tokenize is undefined; give a function from a text/],
    ['./broken.mjs', 'BAD_TOKENIZER', /^tokenizer \.\/broken\.mjs: the module doesn't load: on$/],
    ['./throws.mjs', 'BAD_TOKENIZER', /: the function that it exports threw in the factory$/],
    ['./imports.mjs', 'BAD_TOKENIZER', /: the module doesn't load: .*absent\.mjs/],
  ])('refuses %s in a line', async (name, code, message) => {
    await expect(loadTokenizer(name, { from })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('says that a path needs a folder', async () => {
    await expect(loadTokenizer('./named.mjs')).rejects.toThrow(
      /the path is relative, but to no known folder/,
    );
  });
});
