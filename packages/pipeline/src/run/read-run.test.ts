import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRun } from './open-run.js';
import { readRun } from './read-run.js';
import { presets } from '../recipe/recipe.js';
import type { RunEngine } from './run-engine.js';
import type { RunSettings } from './run-settings.js';
import type { RunTask } from './run-task.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings: RunSettings = {
  task: { kind: 'imdb', data: 'sample', splitSeed: 1, labels: 20 },
  corpus: null,
  ...{ backwards: false, transfer: true, linear: false, seed: 1 },
  recipe: presets.tiny,
  ...{ plugins: {}, optimizer: {} },
};
const engine: RunEngine = { backend: 'cpu', precision: 'float32', threads: 1, version: '4', fastKernels: [] };
const task: RunTask = {
  ...{ name: 'sample', classes: ['neg', 'pos'], multiLabel: false, fingerprint: 'f' },
  counts: { train: 18, valid: 2, test: 9 },
};
const figures = { vocabulary: 9, tokens: 90, perplexity: 8.5, accuracy: 0.5, seconds: 1 };

/** A run that has pretrained and is at its fine-tuning. */
function beginRun(name: string) {
  const path = join(root, name);
  const run = openRun(path, settings, { engine, task });
  run.finish('pretrain', figures);
  run.log({ type: 'begin', stage: 'finetune', fit: 'finetune', epochs: 1, steps: 2, epoch: 0, step: 0 });
  const at = { stage: 'finetune', fit: 'finetune', epoch: 0 };
  run.log({ ...at, type: 'step', step: 1, steps: 2, lr: 0.1, values: { loss: 2, gradNorm: NaN } });
  run.log({ ...at, type: 'epoch', step: 2, seconds: 1.5, values: { loss: 2, 'valid/loss': 3 } });
  return { path, run };
}

describe('readRun', () => {
  it('gives what the run wrote, while it is open, and changes nothing', () => {
    const { path, run } = beginRun('open');
    // The line that is being written.
    appendFileSync(join(path, 'metrics.jsonl'), '{"type":"step","fit":"fine');
    const names = readdirSync(path);
    const metrics = readFileSync(join(path, 'metrics.jsonl'), 'utf8');
    expect(readRun(path)).toEqual({
      path,
      settings,
      task,
      engine,
      model: undefined,
      result: { pretrain: figures },
      metrics: [
        { type: 'step', fit: 'finetune', epoch: 0, step: 1, lr: 0.1, values: { loss: 2, gradNorm: NaN } },
        {
          type: 'epoch',
          fit: 'finetune',
          epoch: 0,
          step: 2,
          seconds: 1.5,
          values: { loss: 2, 'valid/loss': 3 },
        },
      ],
    });
    expect(readdirSync(path)).toEqual(names);
    expect(readFileSync(join(path, 'metrics.jsonl'), 'utf8')).toBe(metrics);
    run.close();
  });

  it('passes over lines of other kinds', () => {
    const { path, run } = beginRun('other-lines');
    run.close();
    const others = [
      { type: 'note', fit: 'a', epoch: 0, step: 1 },
      { type: 'step', fit: 'a', epoch: -1, step: 1, lr: 1 },
      {},
    ];
    appendFileSync(join(path, 'metrics.jsonl'), others.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(readRun(path).metrics).toHaveLength(2);
  });

  it('reads a run that an earlier version began', () => {
    const path = join(root, 'earlier');
    mkdirSync(path);
    const { texts: _, ...languageModel } = settings.recipe.languageModel;
    const { backwards, seed, recipe } = settings;
    const kept = { ...{ data: 'sample', splitSeed: 1, labels: 20, transfer: false }, backwards, seed };
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ ...kept, recipe: { ...recipe, languageModel } }),
    );
    expect(readRun(path)).toEqual({
      path,
      settings: { ...settings, transfer: false },
      task: undefined,
      engine: undefined,
      model: undefined,
      result: {},
      metrics: [],
    });
  });

  it('gives the sizes of the newest model, and refuses a description that is damaged', () => {
    const { path, run } = beginRun('model');
    run.close();
    const describe = (model: string, hidden: number) => {
      mkdirSync(join(path, model), { recursive: true });
      const config = { embedding: 8, hidden, layers: 2, vocabulary: 90, padIndex: 1 };
      writeFileSync(join(path, model, 'bundle.json'), JSON.stringify({ format: 1, config }));
    };
    describe('pretrain', 10);
    const sizes = { embedding: 8, hidden: 10, layers: 2 };
    expect(readRun(path).model).toEqual({ architecture: 'AWD-LSTM', sizes, vocabulary: 90 });
    describe('model', 12);
    expect(readRun(path).model?.sizes['hidden']).toBe(12);
    const gru = { architecture: 'GRU', config: { encoder: { vocabulary: 90, units: [4, 5] }, classes: 2 } };
    writeFileSync(join(path, 'model', 'bundle.json'), JSON.stringify(gru));
    expect(readRun(path).model).toEqual({ architecture: 'GRU', sizes: { units: [4, 5] }, vocabulary: 90 });
    writeFileSync(join(path, 'model', 'bundle.json'), '{"config": {}}');
    expect(() => readRun(path)).toThrow(/bundle\.json is not what a run wrote \(config\.vocabulary: /);
  });

  it('says what is no run, and what is damaged', () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    expect(() => readRun(empty)).toThrow(expect.objectContaining({ code: 'NO_RUN' }));
    expect(() => readRun(join(root, 'nowhere'))).toThrow(/nowhere: not a run/);
    for (const [file, content, code] of [
      ['metrics.jsonl', '[]\n', 'BAD_METRICS'],
      ['result.json', '{"pretrain": 1}', 'BAD_RUN_RESULT'],
      ['engine.json', '{', 'BAD_RUN_ENGINE'],
      ['config.json', '{"data": 1}', 'BAD_RUN_CONFIG'],
      ['config.json', '{', 'BAD_RUN_CONFIG'],
      ['config.json', '['.repeat(1e6), 'BAD_RUN_CONFIG'],
    ] as const) {
      const { path, run } = beginRun(`damaged-${file}`);
      run.close();
      writeFileSync(join(path, file), content);
      expect(() => readRun(path)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(file) as string }),
      );
      // A folder in the place of a file.
      rmSync(join(path, file));
      mkdirSync(join(path, file));
      expect(() => readRun(path)).toThrow(expect.objectContaining({ code: 'FILE_ERROR' }));
      rmSync(path, { recursive: true });
    }
  });
});
