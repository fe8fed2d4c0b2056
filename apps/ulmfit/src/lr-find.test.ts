import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder, writeReviews } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('prints a curve with suggestions, and draws it into a file', async () => {
  const recipe = join(folder, 'recipe.json');
  const svg = join(folder, 'curve.svg');
  const small = {
    encoder: { embedding: 4, hidden: 4, layers: 1 },
    languageModel: { batchSize: 4, window: 10 },
  };
  writeFileSync(recipe, JSON.stringify(small));
  const data = writeReviews(folder, { train: 4, test: 4, unsup: 6 });
  const { code, stdout, stderr } = await ulmfitHere([
    ...['lr-find', 'finetune', '--data', data, '--recipe', recipe, '--no-token-cache'],
    ...['--steps', '30', '--start-lr', '1e-4', '--end-lr', '1', '--svg', svg],
  ]);
  expect(code, stderr).toBe(0);
  // The one that `run` would have.
  expect(stderr).toContain('preset tiny, by the amount of text');
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('finetune: training loss by learning rate (30 updates)');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(80, `curve: ${svg}`.length));
  expect(stdout).toMatch(/^ +1e-4 .*1e-3 .*1e-2 .*1e-1/m);
  const [, valley = ''] = /^valley +([\d.e-]+)$/m.exec(stdout) ?? [];
  expect(Number(valley)).toBeGreaterThan(1e-4);
  for (const name of ['slide', 'minimum', 'steep'])
    expect(stdout).toMatch(new RegExp(`^${name} +[\\d.e+-]+$`, 'm'));
  expect(lines.at(-1)).toBe(`to train with one: --lr finetune=${Number(valley).toExponential(1)}`);
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^]*>(valley|slide|steep|minimum)<[^]*<\/svg>\n$/);
});

it('refuses a stage that there isn’t', async () => {
  const { code, stderr } = await ulmfitHere(['lr-find', 'tune']);
  expect([code, stderr]).toEqual([
    2,
    'ulmfit: lr-find: unknown stage tune; give one of pretrain, finetune, classify\n',
  ]);
  expect(existsSync(join(folder, 'tune'))).toBe(false);
});
