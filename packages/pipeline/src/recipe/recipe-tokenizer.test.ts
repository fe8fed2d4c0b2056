import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recipeTokenizer } from './recipe-tokenizer.js';

const source = (name: string) =>
  `export const tokenizer = { name: '${name}', rules: '1', tokenize: (text) => [text] };`;

it('takes names, paths below the folder, and packages that are installed there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-tokenizer-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/@me/words'), { recursive: true });
  writeFileSync(join(folder, 'mine.mjs'), source('mine'));
  writeFileSync(join(folder, 'node_modules/@me/words/package.json'), '{"main":"main.mjs"}');
  writeFileSync(join(folder, 'node_modules/@me/words/main.mjs'), source('package'));
  const names = ['segmenter:nl', './mine.mjs', join(folder, 'mine.mjs'), '@me/words'];
  const tokenizers = await Promise.all(names.map((name) => recipeTokenizer(name, folder)));
  expect(tokenizers.map(({ name }) => name)).toEqual(['segmenter:nl', 'mine', 'mine', 'package']);
  await expect(recipeTokenizer('@me/none', folder)).rejects.toMatchObject({ code: 'UNKNOWN_TOKENIZER' });
  expect((await recipeTokenizer()).name).toBe('fastai');
});
