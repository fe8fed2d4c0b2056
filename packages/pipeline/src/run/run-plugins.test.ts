import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { ntAsgd, sgd } from '@ulmfit/optimizers';
import { activationRegularization } from '@ulmfit/regularizers';
import { rowsTask, type TextSource } from '@ulmfit/text';
import type { StateDict, TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, describe, expect, it } from 'vitest';
import { micro, opinionsOf } from '../micro.test-helper.js';
import type { Recipe } from '../recipe/recipe.js';
import { Interrupted } from '../stage-context.js';
import { readRun } from './read-run.js';
import { run } from './run.js';
import type { RunOptions } from './run-options.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-plugins-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { texts, labels } = opinionsOf(24);
const corpus: TextSource = {
  name: 'opinions',
  settings: { kind: 'opinions' },
  documents: () => opinionsOf(20, 2).texts,
  fingerprint: () => Promise.resolve('opinions 2'),
};
const task = rowsTask({ train: texts.map((text, i) => ({ text, label: labels[i] === 1 ? 'good' : 'bad' })) });
const recipe: Recipe = {
  ...micro,
  schedule: 'constant',
  activationRegularization: { alpha: 0, beta: 0 },
  languageModel: {
    ...micro.languageModel,
    pretrain: { epochs: 2, lr: 2e-2, dropoutMultiplier: 0.1, divisor: 1 },
  },
  classifier: { ...micro.classifier, fits: [{ name: 'all', freezeTo: 0, epochs: 2, lr: 2e-2, spread: 1 }] },
};

/** Lowers the rate at each step whose loss is not the least so far. */
function plateau(): TrainingPlugin {
  let state = { factor: 1, least: Infinity };
  return {
    name: 'plateau',
    rate: () => state.factor,
    afterStep: ({ last }) => {
      const loss = last['loss'] ?? Infinity;
      state = loss < state.least ? { ...state, least: loss } : { ...state, factor: 0.9 * state.factor };
    },
    stateDict: () => ({ json: { ...state }, tensors: {} }),
    loadStateDict: ({ json }: StateDict<typeof state>) => void (state = { ...json }),
  };
}

/** As a call makes them: no process hands a plugin on to the next. */
const training = (): Pick<RunOptions, 'plugins' | 'optimizer'> => ({
  plugins: {
    all: () => [plateau()],
    pretrain: [ntAsgd({ patience: 0 }).plugin],
    classify: [activationRegularization(0.5)],
  },
  optimizer: { pretrain: ntAsgd().optimizer, classify: sgd({ momentum: 0.5 }) },
});

const start = (name: string, options: Partial<RunOptions>) =>
  run({ folder: join(root, name), task, corpus, recipe, linear: false, tokenCache: false, ...options });

/** Runs until so many steps are made, or to the end. */
async function runSteps(name: string, steps: number): Promise<'ended' | 'interrupted'> {
  const controller = new AbortController();
  let left = steps;
  try {
    await start(name, {
      ...training(),
      signal: controller.signal,
      onEvent: ({ type }) => void (type === 'step' && --left === 0 && controller.abort()),
    });
    return 'ended';
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return 'interrupted';
  }
}

const weights = (name: string, model: string) =>
  readFileSync(join(root, name, model, 'weights.safetensors')).toString('base64');

describe('a run with plugins and optimizers by stage', () => {
  it('ends with the same bytes when it was interrupted, within and between its stages', async () => {
    const before = memory().numTensors;
    expect(await runSteps('whole', Infinity)).toBe('ended');
    const { metrics } = readRun(join(root, 'whole'));
    const steps = metrics.filter(({ type }) => type === 'step');
    const stagesOf = (some: typeof metrics) => new Set(some.map(({ fit }) => fit.split('.')[0]));
    expect(stagesOf(steps)).toEqual(new Set(['pretrain', 'finetune', 'classify']));
    // The plateau's factor has come down in each stage, and each began at 1.
    for (const stage of stagesOf(steps)) {
      const rates = steps.flatMap((line) =>
        line.fit.startsWith(stage ?? '') && 'lr' in line ? [line.lr] : [],
      );
      expect(rates.at(-1)).toBeLessThan(rates[0] as number);
      expect(rates[0]).toBe(stage === 'finetune' ? 1e-2 : 2e-2);
    }
    expect(stagesOf(metrics.filter(({ values }) => 'ar' in values))).toEqual(new Set(['classify']));

    // A stage's last step too: the next process finds the stage done, or makes its end.
    const ofPretrain = steps.filter(({ fit }) => fit === 'pretrain').length;
    for (const count of [5, ofPretrain - 5, 3, 4])
      expect(await runSteps('stopped', count)).toBe('interrupted');
    expect(await runSteps('stopped', Infinity)).toBe('ended');
    for (const model of ['pretrain', 'finetune', 'model'])
      expect(weights('stopped', model), model).toBe(weights('whole', model));
    expect(memory().numTensors).toBe(before);
  });

  it('keeps their names and settings, and is resumed with the same alone', async () => {
    const { settings } = readRun(join(root, 'whole'));
    expect(settings.plugins).toEqual({
      pretrain: ['plateau', { name: 'ntAsgd', settings: { patience: 0 } }],
      finetune: ['plateau'],
      classify: ['plateau', { name: 'activationRegularization', settings: { alpha: 0.5 } }],
    });
    expect(settings.optimizer).toEqual({
      pretrain: { name: 'ntAsgd', defaults: { momentum: 0, weightDecay: 0 } },
      classify: { name: 'sgd', defaults: { momentum: 0.5, weightDecay: 0 } },
    });
    const refused = async (changes: Partial<RunOptions>) => {
      const error: unknown = await start('whole', { ...training(), ...changes }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'RUN_DIFFERS' });
      return (/\((.*)\)/.exec((error as Error).message) ?? [])[1];
    };
    const { plugins, optimizer } = training();
    expect(await refused({ plugins: { ...plugins, pretrain: [], classify: [] } })).toBe(
      'plugins.pretrain: plateau and ntAsgd then, plateau now, plugins.classify: plateau and activationRegularization then, plateau now',
    );
    expect(await refused({ optimizer: { ...optimizer, pretrain: undefined, finetune: sgd() } })).toBe(
      'optimizer.pretrain: ntAsgd then, the recipe’s now, optimizer.finetune: the recipe’s then, sgd now',
    );
    expect(await refused({ optimizer: { ...optimizer, classify: sgd({ momentum: 0.9 }) } })).toBe(
      'optimizer.classify: other base values',
    );
    expect(await refused({ plugins: { ...plugins, classify: [activationRegularization(1)] } })).toBe(
      'plugins.classify: other settings',
    );
    const watch: TrainingPlugin = { name: 'watch', afterStep: () => undefined };
    expect(Object.keys(await start('whole', { ...training(), observers: [watch] }))).toContain('evaluate');
  });

  it.each<[string, Partial<RunOptions>, RegExp]>([
    [
      'a state that two stages would share',
      { plugins: [plateau()] },
      /^plugins: plateau has state that pretrain and finetune would share/,
    ],
    [
      'a plugin that the recipe has',
      {
        recipe: { ...recipe, activationRegularization: { alpha: 2, beta: 1 } },
        plugins: { classify: [activationRegularization(1)] },
      },
      /^plugins: the recipe has activationRegularization already; change it in the recipe, or give yours another name$/,
    ],
    [
      'a tap that the last stage has not',
      // As plain JavaScript would.
      { plugins: { classify: [{ name: 'out', rewrite: { output: (x: unknown) => x } } as TrainingPlugin] } },
      /^out uses the tap output; AWD-LSTM classifier has embedding/,
    ],
    [
      'a plugin of a name that a run needs',
      { plugins: { classify: [{ name: 'checkpointing' }] } },
      /^two plugins are named checkpointing/,
    ],
    [
      'an observer with a state',
      { observers: [plateau()] },
      /^observers: plateau has state; pass it in plugins instead$/,
    ],
  ])('refuses %s before it trains', async (_, options, message) => {
    await expect(start('refused', options)).rejects.toMatchObject({
      code: 'BAD_PLUGINS',
      message: expect.stringMatching(message) as string,
    });
  });
});
