import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { presets } from '@ulmfit/pipeline';
import { afterAll, describe, expect, it } from 'vitest';
import { ulmfitHere } from '../in-process.test-helper.js';
import { options } from '../flags.js';
import { temporaryFolder } from '../small-data.test-helper.js';
import { ulmfit } from '../ulmfit.test-helper.js';
import { configNames, loadConfig } from './load-config.js';
import { settingNames } from './config-schema.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string) => join(folder, name);
function write(name: string, content: string | object): string {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  return at(name);
}

/** What `ulmfit config` prints with a settings file. */
async function resolved(file: string, ...flags: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await ulmfitHere(['config', '--config', file, ...flags]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function refused(content: string | object, name = 'bad.json'): Promise<string> {
  const { code, stdout, stderr } = await ulmfitHere(['config', '--config', write(name, content)]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^ulmfit: [^\n]+\n$/);
  return stderr;
}

describe('a settings file', () => {
  it('sets what the flags set, and flags win', async () => {
    const recipe = { clip: 0.4, languageModel: { finetune: { epochs: 3 } } };
    const file = write('flags.json', {
      preset: 'tiny',
      seed: 7,
      trainReviews: '20',
      schedule: 'stlr',
      recipe,
    });
    const made = await resolved(file, '--seed', '8');
    expect(made).toMatchObject({
      file,
      settings: { preset: 'tiny', seed: 8, trainReviews: 20, splitSeed: 1 },
    });
    const { languageModel } = presets.tiny;
    expect(made['recipe']).toEqual({
      ...presets.tiny,
      schedule: 'stlr',
      clip: 0.4,
      languageModel: { ...languageModel, finetune: { ...languageModel.finetune, epochs: 3 } },
    });
  });

  it('tells what comes from where, and the preset that a run would have', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `text ${i},${i % 2 ? 'x' : 'y'}\n`);
    write('tickets.csv', `text,label\n${rows.join('')}`);
    const file = write('sources.json', {
      data: 'tickets.csv',
      patience: 2,
      recipe: { clip: 0.4, languageModel: { finetune: { epochs: 3 } } },
    });
    const made = await resolved(file, '--schedule', 'stlr', '--lr', 'finetune=1e-3');
    expect(made).toMatchObject({
      settings: { preset: 'tiny', patience: 2 },
      task: { name: 'tickets.csv', classes: ['x', 'y'], counts: { train: 36, valid: 4, test: 0 } },
      plugins: {},
      optimizer: {},
      from: { data: 'file', seed: 'default', preset: 'amount of text', schedule: 'flag', patience: 'file' },
    });
    const ofRecipe = Object.entries(made['from'] as object).filter(([path]) => path.startsWith('recipe.'));
    expect(Object.fromEntries(ofRecipe)).toEqual({
      'recipe.languageModel.texts': 'own texts',
      'recipe.clip': 'file',
      'recipe.languageModel.finetune.epochs': 'file',
      'recipe.languageModel.finetune.lr': 'flag',
      'recipe.schedule': 'flag',
      'recipe.classifier.patience': 'file',
    });
  });

  it('gives a task, unless a flag names other data', async () => {
    const task = (name: string) => `{
      name: '${name}', classes: ['a', 'b'], multiLabel: false, settings: { kind: '${name}' }, fingerprint: '1',
      counts: { train: 4, valid: 0, test: 0 },
      labelled: async function* () {},
      languageModelTexts: async function* () { yield 'a text'; },
    }`;
    const given = [task('object'), `Promise.resolve(${task('promise')})`, `async () => (${task('made')})`];
    const files = given.map((task, i) => write(`task-${i}.mjs`, `export default { task: ${task} };`));
    for (const [i, name] of ['object', 'promise', 'made'].entries()) {
      const made = await resolved(files[i] ?? '');
      expect(made).toMatchObject({ task: { name }, settings: { preset: 'tiny' }, from: { task: 'file' } });
      expect(made['settings']).not.toHaveProperty('data');
    }
    const args = ['--config', files[2] ?? ''];
    const other = await resolved(files[2] ?? '', '--data', at('tickets.csv'));
    expect(other).toMatchObject({ task: { name: 'tickets.csv' }, from: { data: 'flag' } });
    const { code, stderr } = await ulmfitHere(['config', ...args, '--label-column', 'label']);
    expect([code, stderr]).toEqual([
      2,
      `ulmfit: --label-column has no effect with the task of ${files[2]}; leave it out\n`,
    ]);
  });

  it('is shown where the data is not there', async () => {
    const args = ['config', '--config', write('absent.json', { data: 'absent.csv' })];
    const { code, stdout, stderr } = await ulmfitHere(args);
    expect([code, stderr]).toEqual([
      0,
      `ulmfit: ${at('absent.csv')}: no such file or folder; check the path; the preset is shown as small\n`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ task: null, settings: { preset: 'small' } });
  });

  it('has a setting for every flag', () => {
    const flags = Object.keys(options).filter((name) => !['config', 'force'].includes(name));
    expect(settingNames).toEqual(expect.arrayContaining(flags));
  });

  it('names paths from its own folder', async () => {
    const file = write('deep/paths.json', { data: 'mine', corpus: 'wiki.txt', out: 'runs/a' });
    expect(await resolved(file)).toMatchObject({
      settings: { data: at('deep/mine'), corpus: at('deep/wiki.txt'), out: at('deep/runs/a') },
    });
    expect(await resolved(write('deep/words.json', { data: 'imdb', preset: 'small' }))).toMatchObject({
      settings: { data: 'imdb' },
    });
  });

  it('gives way to a flag that excludes one of its settings', async () => {
    const file = write('excluded.json', { corpus: 'wiki.txt', corpusWords: 100, seed: 3 });
    const { settings } = await resolved(file, '--pretrained', 'lm.pth');
    expect(settings).toMatchObject({ pretrained: 'lm.pth', seed: 3, transfer: true });
    expect(settings).not.toHaveProperty('corpus');
    expect(settings).not.toHaveProperty('corpusWords');
  });

  it('names an encoder of one’s own', async () => {
    const file = write(
      'architecture.mjs',
      "export default { data: 'mine', architecture: { name: 'GRU', sizes: { features: 8 }, create() {} } };",
    );
    expect(await resolved(file)).toMatchObject({ architecture: { name: 'GRU', sizes: { features: 8 } } });
  });

  it('is found in the folder or above it, the nearest and the first of its names', async () => {
    write('found/ulmfit.config.json', { seed: 1 });
    mkdirSync(at('found/deeper/still'), { recursive: true });
    expect((await loadConfig(undefined, at('found/deeper/still')))?.settings).toEqual({ seed: 1 });
    write('found/deeper/ulmfit.config.json', { seed: 2 });
    expect((await loadConfig(undefined, at('found/deeper/still')))?.settings).toEqual({ seed: 2 });
    write('found/deeper/ulmfit.config.mjs', 'export default { seed: 3 };');
    expect((await loadConfig(undefined, at('found/deeper/still')))?.settings).toEqual({ seed: 3 });
    expect(configNames[0]).toBe('ulmfit.config.ts');
  });

  it('is refused in one line', async () => {
    expect(await refused({ preste: 'tiny' })).toMatch(/no setting "preste"; did you mean preset\?/);
    expect(await refused({ windowing: 1 })).toMatch(/no setting "windowing"; see/);
    expect(await refused({ seed: -1 })).toMatch(/seed: must be an integer from 0 to 4294967295/);
    expect(await refused({ preset: 'huge' })).toMatch(/preset: must be one of tiny, small/);
    expect(await refused({ transfer: 'no' })).toMatch(/transfer: must be true or false/);
    expect(await refused({ plugins: [{}] })).toMatch(/plugins\.0: must be a plugin: an object with a name/);
    expect(await refused({ plugins: { clasify: [] } })).toMatch(
      /plugins: unknown stage "clasify"; did you mean classify\?/,
    );
    expect(await refused({ plugins: { classify: {} } })).toMatch(
      /plugins\.classify: must be a list of plugins/,
    );
    expect(await refused({ plugins: { name: 'one' } })).toMatch(/plugins: must be a list of plugins/);
    expect(await refused({ optimizer: 'adam' })).toMatch(/optimizer: must be an optimizer, such as adam\(\)/);
    expect(
      await refused('export default { optimizer: { all: function adam() {} } };', 'uncalled.mjs'),
    ).toMatch(/optimizer\.all: adam is a function; call it/);
    expect(await refused({ architecture: { name: 'GRU' } })).toMatch(
      /architecture: must be an architecture, such as awdLstm\(\) of @ulmfit\/awd-lstm/,
    );
    expect(await refused('export default { architecture: function gru() {} };', 'gru.mjs')).toMatch(
      /architecture: gru is a function; call it/,
    );
    expect(await refused({ task: 'mine' })).toMatch(/task: must be a task, a promise of one, or a function/);
    expect(await refused({ task: { name: 'mine' } })).toMatch(
      /task\.classes: must be a list of names; it must be a ClassificationTask of @ulmfit\/text/,
    );
    expect(await refused({ task: {}, data: 'mine.csv' })).toMatch(
      /task and data exclude each other; remove one of them/,
    );
    expect(await refused({ recipe: { languageModel: { finetune: { epoch: 3 } } } })).toMatch(
      /bad\.json: recipe: languageModel\.finetune: there is no setting "epoch"; did you mean epochs\?/,
    );
    expect(await refused([])).toMatch(/must export an object of settings/);
    expect(await refused('{"seed": ')).toMatch(/bad\.json: can't be loaded \(.*JSON.*\); correct the file/);
    expect(await refused('export default { seed: };', 'bad.mjs')).toMatch(/bad\.mjs: can't be loaded/);
    const { stderr } = await ulmfitHere(['config', '--config', at('nowhere.ts')]);
    expect(stderr).toMatch(/nowhere\.ts: no such file; give a file such as ulmfit\.config\.ts/);
  });
});

describe('what others have written, named in ulmfit.config.ts', () => {
  const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
  const config = `
    import { abs, mean, mul, sign, sub } from '@tensorflow/tfjs-core';
    import { defineConfig } from 'ulmfit';
    import type { OptimizerFactory, TrainingPlugin } from '@ulmfit/trainer';
    import type { ClassificationTask } from '@ulmfit/text';

    /** Lowers the rate by a tenth at each step whose loss is not the least so far. */
    function plateau(): TrainingPlugin {
      let state = { factor: 1, best: Infinity };
      return {
        name: 'plateau',
        rate: () => state.factor,
        afterStep: ({ last }) => {
          const loss = last['loss'] ?? Infinity;
          state = loss < state.best ? { ...state, best: loss } : { ...state, factor: 0.9 * state.factor };
        },
        // When the step is saved: as a crash would.
        save: ({ stage, step }) => {
          if (stage + step === process.env['KILL_AT']) process.kill(process.pid, 'SIGKILL');
        },
        enforce: 'post',
        after: ['checkpointing'],
        afterFit: () => console.error('factor', state.factor),
        stateDict: () => ({ json: state, tensors: {} }),
        loadStateDict: ({ json }: { json: typeof state }) => void (state = { ...json }),
      };
    }

    function activationL1(): TrainingPlugin<unknown, unknown, { dropped: unknown }> {
      let term;
      return {
        name: 'activationL1',
        taps: ['dropped'],
        observe: { dropped: (x) => void (term = mean(abs(x))) },
        loss: () => term && { l1: term },
      };
    }

    /** Steps of one size, whatever the gradient's. */
    const signSgd = (): OptimizerFactory => ({
      defaults: {},
      create: (groups) => ({
        name: 'signSgd',
        step: (gradients) => {
          for (const { parameters, hyper } of groups)
            for (const { name, variable } of parameters)
              if (gradients[name]) variable.assign(sub(variable, mul(sign(gradients[name]), hyper.lr)));
        },
        reset: () => undefined,
        dispose: () => undefined,
        stateDict: () => ({ json: null, tensors: {} }),
        loadStateDict: () => undefined,
      }),
    });

    const subjects = ['plot', 'cast', 'score', 'light', 'story', 'pace', 'end', 'scene'];
    const row = (i: number) => ({
      text: 'the ' + subjects[i % 8] + (i % 2 ? ' shines and works' : ' drags and fails') + ' .',
      labels: [i % 2],
    });

    const opinions: ClassificationTask = {
      name: 'opinions',
      classes: ['bad', 'good'],
      multiLabel: false,
      settings: { kind: 'opinions' },
      fingerprint: '1',
      counts: { train: 24, valid: 8, test: 8 },
      async *labelled(split) {
        const [first, end] = { train: [0, 24], valid: [24, 32], test: [32, 40] }[split];
        for (let i = first; i < end; i++) yield row(i);
      },
      async *languageModelTexts() {
        for (let i = 0; i < 24; i++) yield row(i).text;
      },
    };

    export default defineConfig({
      task: async () => opinions,
      backend: 'cpu',
      saveEvery: 0,
      tokenCache: false,
      linear: false,
      optimizer: { classify: signSgd() },
      plugins: { all: () => [plateau()], classify: [activationL1()] },
      recipe: {
        encoder: { embedding: 4, hidden: 4, layers: 1 },
        schedule: 'constant',
        languageModel: { batchSize: 4, window: 10, finetune: { epochs: 1 } },
        classifier: { batchSize: 4, fits: [{ name: 'all', freezeTo: 0, epochs: 2, lr: 1e-2, spread: 1 }] },
      },
    });`;

  it('works, and resumes after a kill', { timeout: 300_000 }, async () => {
    symlinkSync(modules, at('node_modules'), 'junction');
    write('ulmfit.config.ts', config);
    const train = (out: string, env: Record<string, string> = {}) =>
      ulmfit(['run', '--out', out], { cwd: folder, env });
    const whole = await train('whole');
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stdout).toMatch(/accuracy/);
    const killed = await train('killed', { KILL_AT: 'classify.1-all8' });
    expect([killed.code, killed.signal], killed.stderr).toEqual([null, 'SIGKILL']);
    const resumed = await train('killed');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/resumed at step 8/);
    const weights = (out: string) => readFileSync(at(`${out}/model/weights.safetensors`));
    expect(weights('killed').equals(weights('whole'))).toBe(true);
    const factor = ({ stderr }: { stderr: string }) => [...stderr.matchAll(/^factor (.*)$/gm)].at(-1)?.[1];
    expect(Number(factor(whole))).toBeLessThan(1);
    expect(factor(resumed)).toBe(factor(whole));
  });
});
