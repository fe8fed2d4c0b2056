import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRun } from './open-run.js';
import { presets } from './recipe.js';
import type { RunSettings } from './run-settings.js';
import type { StageEvent } from './stage-context.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings: RunSettings = {
  data: 'sample',
  splitSeed: 1,
  backwards: false,
  transfer: true,
  seed: 1,
  recipe: presets.tiny,
};
const begin = (fit: string, step: number): StageEvent => ({
  type: 'begin',
  stage: 'pretrain',
  fit,
  epochs: 1,
  steps: 9,
  step,
});
const step = (fit: string, step: number): StageEvent => ({
  type: 'step',
  stage: 'pretrain',
  fit,
  epoch: 0,
  step,
  steps: 9,
  values: { loss: 1 },
  lr: 0.1,
});

describe('openRun', () => {
  it('takes its folder away where nothing began, so that other settings may have it', () => {
    const path = join(root, 'nothing');
    openRun(path, settings).close();
    expect(existsSync(path)).toBe(false);
    openRun(path, { ...settings, seed: 2 }).close();
  });

  it('leaves what others have in it', () => {
    const path = mkdtempSync(join(root, 'mine-'));
    openRun(path, settings).close();
    expect(readdirSync(path)).toEqual([]);
  });

  it('keeps a run that began, and refuses other settings by name', () => {
    const path = join(root, 'begun');
    const run = openRun(path, settings);
    run.log(begin('pretrain', 0));
    run.log(step('pretrain', 1));
    run.close();
    expect(readdirSync(path).sort()).toEqual(['config.json', 'metrics.jsonl']);
    const other = { ...settings, seed: 2, recipe: { ...settings.recipe, clip: 9 } };
    expect(() => openRun(path, other)).toThrow(
      /begun holds a run with other settings \((seed, recipe\.clip|recipe\.clip, seed)\)/,
    );
    openRun(path, settings).close();
  });

  it('does not tell a step twice when a fit goes on from before it', () => {
    const path = join(root, 'metrics');
    const run = openRun(path, settings);
    for (const event of [begin('a', 0), step('a', 1), begin('b', 0), step('b', 1), step('b', 2)])
      run.log(event);
    for (const event of [begin('b', 1), step('b', 2), step('b', 3)]) run.log(event);
    run.close();
    const lines = readFileSync(join(path, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { fit: string; step: number });
    expect(told.map(({ fit, step }) => `${fit}${step}`)).toEqual(['a1', 'b1', 'b2', 'b3']);
  });

  it('gives the figures of finished stages again, or says what is wrong with their file', () => {
    const path = join(root, 'done');
    const run = openRun(path, settings);
    run.finish('classify', { seconds: 2 });
    run.close();
    const again = openRun(path, settings);
    expect(again.result).toEqual({ classify: { seconds: 2 } });
    again.close();
    writeFileSync(join(path, 'result.json'), '{"classify');
    expect(() => openRun(path, settings)).toThrow(/result\.json is not JSON; remove it/);
    expect(readFileSync(join(path, 'result.json'), 'utf8')).toBe('{"classify');
  });
});
