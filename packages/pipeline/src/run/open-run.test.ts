import {
  existsSync,
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
import { presets, type Recipe } from '../recipe/recipe.js';
import type { RunEngine } from './run-engine.js';
import type { RunSettings } from './run-settings.js';
import type { RunTask } from './run-task.js';
import type { StageEvent } from '../stage-event.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings: RunSettings = {
  task: { kind: 'imdb', data: 'sample', splitSeed: 1 },
  corpus: { kind: 'sample' },
  linear: false,
  backwards: false,
  transfer: true,
  seed: 1,
  recipe: presets.tiny,
  ...{ plugins: {}, optimizer: {} },
};
const begin = (fit: string, step: number): Extract<StageEvent, { type: 'begin' }> => ({
  type: 'begin',
  stage: 'pretrain',
  fit,
  epochs: 1,
  steps: 9,
  epoch: 0,
  step,
});
const epoch = (fit: string, epoch: number, step: number): StageEvent => ({
  type: 'epoch',
  stage: 'pretrain',
  fit,
  epoch,
  step,
  seconds: 1,
  values: { loss: 1 },
});
const engine: RunEngine = {
  backend: 'tensorflow',
  precision: 'float32',
  threads: 2,
  version: '2.21.0',
  fastKernels: ['b', 'a'],
};
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

  it('keeps a run of which there is no more than the log of a plugin, for the same command again', () => {
    const path = join(root, 'logged');
    const run = openRun(path, settings);
    mkdirSync(join(path, 'tensorboard'));
    run.close();
    openRun(path, settings).close();
    expect(readdirSync(path).sort()).toEqual(['config.json', 'tensorboard']);
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

  it.each<[string, (lines: string[]) => string[], boolean]>([
    ['sound', (lines) => lines, false],
    ['without a line', ([a = '', , c = '']) => [a, c], true],
    ['without all lines', () => [], true],
    ['with a line twice', ([a = '', b = '', c = '']) => [a, b, b, c], true],
    ['in another order', ([a = '', b = '', c = '']) => [b, a, c], true],
  ])('says where metrics that it goes on from were damaged: %s', (name, damage, isDamaged) => {
    const path = join(root, `metrics-${name}`);
    const first = openRun(path, settings);
    for (const event of [begin('a', 0), step('a', 1), step('a', 2), step('a', 3)]) first.log(event);
    first.close();
    const metrics = join(path, 'metrics.jsonl');
    const lines = readFileSync(metrics, 'utf8').trim().split('\n');
    writeFileSync(
      metrics,
      damage(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const run = openRun(path, settings);
    const said = `${metrics}: not each of the first 3 steps of a has its one line; the file was damaged, and charts lack them`;
    expect(run.log(begin('a', 3))).toBe(isDamaged ? said : undefined);
    expect(run.log(begin('b', 0))).toBeUndefined();
    run.close();
  });

  it('does not tell an epoch twice whose validation was cut off after its last step was saved', () => {
    const path = join(root, 'cut-validation');
    const run = openRun(path, settings);
    for (const event of [begin('a', 0), step('a', 1), epoch('a', 0, 1), step('a', 2), epoch('a', 1, 2)])
      run.log(event);
    run.log({ ...begin('a', 2), epoch: 1 });
    run.log(epoch('a', 1, 2));
    run.close();
    const lines = readFileSync(join(path, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { type: string; step: number });
    expect(told.map(({ type, step }) => `${type}${step}`)).toEqual(['step1', 'epoch1', 'step2', 'epoch2']);
  });

  it('goes on with a run of the first version, which knew reviews alone', () => {
    const path = join(root, 'old');
    const run = openRun(path, settings);
    run.log(step('a', 1));
    run.close();
    const { recipe } = settings;
    const { texts: _, ...languageModel } = recipe.languageModel;
    const kept = {
      ...{ data: 'sample', splitSeed: 1, labels: 20, corpusWords: 9 },
      ...{ backwards: false, transfer: true, seed: 1 },
    };
    const write = (recipe: object) =>
      writeFileSync(join(path, 'config.json'), JSON.stringify({ ...kept, recipe }));
    const task = { kind: 'imdb', data: 'sample', splitSeed: 1, labels: 20 };
    const same = { ...settings, task, corpus: { kind: 'sample', words: 9 } };
    const all: Recipe = {
      ...recipe,
      languageModel: { ...languageModel, texts: 'train-and-unlabelled' },
    };
    // Its very first recipes had no choice of texts, and none of a tokenizer.
    const { tokenizer: __, ...first } = recipe;
    for (const old of [languageModel, { ...languageModel, reviews: 'unsup' }]) {
      write({ ...first, languageModel: old });
      openRun(path, same).close();
      expect(() => openRun(path, { ...same, recipe: { ...recipe, tokenizer: 'segmenter:de' } })).toThrow(
        /other settings \(recipe\.tokenizer\)/,
      );
      expect(() => openRun(path, { ...same, recipe: all })).toThrow(
        /other settings \(recipe\.languageModel\.texts\)/,
      );
    }
    write({ ...recipe, languageModel: { ...languageModel, reviews: 'train-and-unsup' } });
    openRun(path, { ...same, recipe: all }).close();
    expect(() => openRun(path, settings)).toThrow(/other settings \(task\.labels, corpus\.words, recipe/);
  });

  it('goes on with a run that kept no more of its plugins than their names', () => {
    const path = join(root, 'names');
    const of = (plugins: RunSettings['plugins']) => ({ ...settings, plugins });
    const run = openRun(path, of({ classify: ['plateau', 'tokenCutoff'] }));
    run.log(step('a', 1));
    run.close();
    const cutoff = (rate: number) => ({ name: 'tokenCutoff', settings: { rate } });
    openRun(path, of({ classify: ['plateau', cutoff(0.1)] })).close();
    expect(() => openRun(path, of({ classify: [cutoff(0.1), 'plateau'] }))).toThrow(
      /plugins\.classify: plateau and tokenCutoff then, tokenCutoff and plateau now/,
    );
    writeFileSync(join(path, 'config.json'), JSON.stringify(of({ classify: [cutoff(0.1)] })));
    expect(() => openRun(path, of({ classify: [cutoff(0.2)] }))).toThrow(/plugins\.classify: other settings/);
  });

  it('is held to the data that it began on', () => {
    const path = join(root, 'data');
    const task: RunTask = {
      ...{ name: 'tickets.csv', classes: ['a', 'b'], multiLabel: false, fingerprint: '12' },
      counts: { train: 4, valid: 2, test: 0 },
    };
    const run = openRun(path, settings, { task });
    run.log(step('a', 1));
    run.close();
    openRun(path, settings, { task: { ...task, name: 'moved.csv' } }).close();
    expect(() => openRun(path, settings, { task: { ...task, fingerprint: '34' } })).toThrow(
      expect.objectContaining({
        code: 'OTHER_DATA',
        message: `${path}: began with other data than tickets.csv holds now; restore it, or give another folder`,
      }),
    );
  });

  it('removes the checkpoints of a stage that was finished, where a kill left them', () => {
    const path = join(root, 'left');
    const run = openRun(path, settings);
    run.finish('classify', { seconds: 2 });
    void run
      .store('classify')
      .save({ name: 'x', stage: 'classify', epoch: 0, step: 1 }, { json: 1, tensors: {} });
    void run
      .store('pretrain')
      .save({ name: 'x', stage: 'pretrain', epoch: 0, step: 1 }, { json: 1, tensors: {} });
    run.close();
    openRun(path, settings).close();
    expect(readdirSync(join(path, 'checkpoints'))).toEqual(['pretrain']);
  });

  describe('keeps the engine with the run', () => {
    const begun = (name: string) => {
      const path = join(root, name);
      const run = openRun(path, settings, { engine });
      expect(run.warnings).toEqual([]);
      run.log(step('pretrain', 1));
      run.close();
      return path;
    };

    it.each<[string, Partial<RunEngine>, RegExp]>([
      [
        'another backend',
        { backend: 'wasm' },
        /began on tensorflow in float32, and this is wasm in float32; add --backend tensorflow --precision float32, or/,
      ],
      ['another precision', { precision: 'bfloat16' }, /this is tensorflow in bfloat16; add/],
    ])('and refuses %s', (name, other, message) => {
      const path = begun(`engine-${name.replaceAll(' ', '-')}`);
      const again = () => openRun(path, settings, { engine: { ...engine, ...other } });
      expect(again).toThrow(expect.objectContaining({ code: 'OTHER_ENGINE' }));
      expect(again).toThrow(message);
      openRun(path, settings, { engine }).close();
    });

    it('and warns of what may change the last digits', () => {
      const path = begun('engine-threads');
      const run = openRun(path, settings, { engine: { ...engine, threads: 1, fastKernels: ['a'] } });
      expect(run.warnings).toEqual([
        expect.stringMatching(/goes on with 1 instead of 2 threads: its last digits may differ/) as string,
        expect.stringMatching(/goes on with other native kernels/) as string,
      ]);
      run.close();
      const same = openRun(path, settings, { engine: { ...engine, fastKernels: ['a', 'b'] } });
      expect(same.warnings).toEqual([]);
      same.close();
    });

    it('and takes it away where nothing began', () => {
      const path = join(root, 'engine-nothing');
      openRun(path, settings, { engine }).close();
      expect(existsSync(path)).toBe(false);
    });

    it('and says what to do with a damaged file', () => {
      const path = begun('engine-damaged');
      writeFileSync(join(path, 'engine.json'), '{"backend":');
      expect(() => openRun(path, settings, { engine })).toThrow(/engine\.json is damaged; remove it/);
    });
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
    // A perplexity beyond all numbers, and what a later version would add.
    const figures = { vocabulary: 1, tokens: 2, perplexity: Infinity, accuracy: 0, seconds: 1, later: 2 };
    const best = { fit: 'classify.1-all', epoch: 1, loss: 0.5, accuracy: 0.75, macroF1: 0.7 };
    const classify = { seconds: 2, best };
    writeFileSync(join(path, 'result.json'), JSON.stringify({ pretrain: figures, classify }));
    const third = openRun(path, settings);
    expect(third.result).toEqual({ pretrain: { ...figures, perplexity: NaN }, classify });
    third.close();
    for (const [content, where] of [
      ['null', 'it'],
      ['{"pretrain":true}', 'pretrain'],
      ['{"classify":{}}', 'classify.seconds'],
      ['{"classify":{"seconds":1,"best":{"fit":1}}}', 'classify.best.fit'],
      [
        '{"pretrain":{"vocabulary":1,"tokens":2,"perplexity":"a","accuracy":0,"seconds":1}}',
        'pretrain.perplexity',
      ],
    ] as const) {
      writeFileSync(join(path, 'result.json'), content);
      expect(() => openRun(path, settings)).toThrow(
        expect.objectContaining({
          code: 'BAD_RUN_RESULT',
          message: expect.stringContaining(`result.json is not what a run wrote (${where}: `) as string,
        }),
      );
    }
  });
});
