import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fastaiTokenizer } from './fastai-tokenizer.js';

const shared = process.env['ULMFIT_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const folder = resolve(process.env['ULMFIT_PARITY_DIR'] ?? resolve(shared, 'parity'), 'tokens');
const files = ['handwritten', 'imdb_train'];
const found = files.every((file) => existsSync(resolve(folder, `${file}.jsonl`)));
const suite = found ? 'fastai tokens' : `fastai tokens (skipped: no golden files in ${folder})`;

describe.skipIf(!found)(suite, () => {
  it.each(files)('are equal on every text of %s', (file) => {
    const { tokenize } = fastaiTokenizer();
    const lines = readFileSync(resolve(folder, `${file}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const { text, tokens } = JSON.parse(line) as { text: string; tokens: string[] };
      expect(tokenize(text), text.slice(0, 80)).toEqual(tokens);
    }
  });
});
