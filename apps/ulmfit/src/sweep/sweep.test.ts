import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presets } from '@ulmfit/pipeline';
import { afterAll, describe, expect, it } from 'vitest';
import { readSweep } from './sweep.js';
import { sweepLines } from './sweep-table.js';

const folder = mkdtempSync(join(tmpdir(), 'sweep-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'sweep.json');
const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readSweep(path);
};
const out = join(folder, 'runs');
const run = ['run', '--data', 'train.csv'];

describe('a sweep', () => {
  it('has a run for each combination, in a folder that says which', () => {
    const runs = read({ run, vary: { preset: ['tiny', 'small'], seed: [1, 2] }, out });
    expect(runs.map(({ folder: path }) => path)).toEqual(
      ['preset-tiny_seed-1', 'preset-tiny_seed-2', 'preset-small_seed-1', 'preset-small_seed-2'].map((name) =>
        join(out, name),
      ),
    );
    expect(runs[2]?.args).toEqual([
      ...run,
      ...['--preset', 'small', '--seed', '1', '--out', join(out, 'preset-small_seed-1')],
    ]);
  });

  it('tells of settings over their seeds, and of runs that have no score yet', () => {
    const runs = read({ run, vary: { seed: [1, 2], lr: ['head=1e-2'] }, out });
    expect(sweepLines(runs)).toEqual(['setting         runs  accuracy  ±  macro-F1', 'lr head=1e-2  0 of 2']);
  });

  it('tells the perplexity of language models', () => {
    const runs = read({ run: ['pretrain', '--corpus', 'corpus.txt'], vary: { seed: [1, 2, 3] }, out });
    const settings = {
      task: null,
      corpus: { kind: 'files', path: 'corpus.txt' },
      ...{ backwards: false, transfer: true, linear: false, seed: 1 },
      recipe: presets.tiny,
      ...{ plugins: {}, optimizer: {} },
    };
    for (const [i, perplexity] of [60, 62].entries()) {
      const one = runs[i]?.folder ?? '';
      mkdirSync(one, { recursive: true });
      writeFileSync(join(one, 'config.json'), JSON.stringify(settings));
      const pretrain = { vocabulary: 100, tokens: 1000, perplexity, accuracy: 0.25, seconds: 1 };
      writeFileSync(join(one, 'result.json'), JSON.stringify({ pretrain }));
    }
    expect(sweepLines(runs)).toEqual([
      'setting    runs  perplexity     ±  words guessed',
      'all      2 of 3       61.00  1.41        25.00 %',
    ]);
  });

  it.each([
    ['{', 'not JSON'],
    [{ run: [], vary: {}, out }, 'run: '],
    [{ run, vary: { '--seed': [1] }, out }, 'vary.--seed: '],
    [{ run, vary: { seed: [] }, out }, 'vary.seed: '],
    [{ run, vary: { data: ['a.csv'] }, out }, 'data is given twice'],
    [
      { run, vary: { seed: Array.from({ length: 10_001 }, (_, i) => i) }, out },
      '10001 runs are more than 10000',
    ],
    [{ run, vary: { recipe: ['a/b', 'a b'] }, out }, 'two runs would have one folder'],
  ])('is refused in one line: %j', (content, message) => {
    expect(() => read(content)).toThrow(
      expect.objectContaining({
        code: 'BAD_SWEEP',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});
