import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { presets } from '@ulmfit/pipeline';
import { afterAll, describe, expect, it } from 'vitest';
import { ulmfitHere } from '../in-process.test-helper.js';
import { options } from '../flags.js';
import { temporaryFolder, writeCorpus } from '../small-data.test-helper.js';
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
    const file = write('flags.json', { preset: 'tiny', seed: 7, labels: '20', schedule: 'stlr', recipe });
    const made = await resolved(file, '--seed', '8');
    expect(made).toMatchObject({ file, settings: { preset: 'tiny', seed: 8, labels: 20, splitSeed: 1 } });
    const { languageModel } = presets.tiny;
    expect(made['recipe']).toEqual({
      ...presets.tiny,
      schedule: 'stlr',
      clip: 0.4,
      languageModel: { ...languageModel, finetune: { ...languageModel.finetune, epochs: 3 } },
    });
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
    expect(await resolved(write('deep/words.json', { data: 'imdb' }))).toMatchObject({
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
    expect(await refused({ recipe: { languageModel: { finetune: { epoch: 3 } } } })).toMatch(
      /bad\.json: recipe: languageModel\.finetune: there is no setting "epoch"; did you mean epochs\?/,
    );
    expect(await refused([])).toMatch(/must export an object of settings/);
    expect(await refused('{"seed": ')).toMatch(/bad\.json: can't be loaded \(.*JSON.*\); mend the file/);
    expect(await refused('export default { seed: };', 'bad.mjs')).toMatch(/bad\.mjs: can't be loaded/);
    const { stderr } = await ulmfitHere(['config', '--config', at('nowhere.ts')]);
    expect(stderr).toMatch(/nowhere\.ts: no such file; give a file such as ulmfit\.config\.ts/);
  });
});

describe('a scheduler of one’s own, named in ulmfit.config.ts', () => {
  const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
  const config = `
    import { defineConfig } from 'ulmfit';
    import type { TrainingPlugin } from '@ulmfit/trainer';

    /** Lowers the rate by a tenth at each step whose loss is not the least so far. */
    function plateau(): TrainingPlugin {
      let state = { factor: 1, best: Infinity };
      return {
        name: 'plateau',
        rate: () => state.factor,
        afterStep: ({ last, step }) => {
          const loss = last['loss'] ?? Infinity;
          state = loss < state.best ? { ...state, best: loss } : { ...state, factor: 0.9 * state.factor };
          if (step === Number(process.env['STOP_AT'])) process.kill(process.pid, 'SIGINT');
        },
        afterFit: () => console.error('factor', state.factor),
        stateDict: () => ({ json: state, tensors: {} }),
        loadStateDict: ({ json }: { json: typeof state }) => void (state = { ...json }),
      };
    }

    export default defineConfig({
      preset: 'tiny',
      backend: 'cpu',
      tokenCache: false,
      corpus: 'corpus.txt',
      plugins: [plateau()],
      recipe: {
        encoder: { embedding: 4, hidden: 4, layers: 1 },
        languageModel: { batchSize: 8, window: 10, pretrain: { epochs: 2 } },
      },
    });`;

  it('works and resumes', { timeout: 120_000 }, async () => {
    symlinkSync(modules, at('node_modules'), 'junction');
    write('ulmfit.config.ts', config);
    writeCorpus(folder, 6);
    const pretrain = (out: string, env: Record<string, string> = {}) =>
      ulmfit(['pretrain', '--out', out], { cwd: folder, env });
    const whole = await pretrain('whole');
    expect(whole.code, whole.stderr).toBe(0);
    const stopped = await pretrain('stopped', { STOP_AT: '8' });
    expect(stopped.code, stopped.stderr).toBe(130);
    const resumed = await pretrain('stopped');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/resumed at step/);
    const weights = (out: string) => readFileSync(at(`${out}/pretrain/weights.safetensors`));
    expect(weights('stopped').equals(weights('whole'))).toBe(true);
    const factor = ({ stderr }: { stderr: string }) => /^factor (.*)$/m.exec(stderr)?.[1];
    expect(Number(factor(whole))).toBeLessThan(1);
    expect(factor(resumed)).toBe(factor(whole));
  });
});
