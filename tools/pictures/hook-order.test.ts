import { dispose } from '@tensorflow/tfjs-core';
import { toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import { memoryStore, type TrainingPlugin } from '@ulmfit/trainer';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { hookNames, hookTables, pluginKeys } from '../../packages/trainer/src/plugin/hook-names.js';
import { hookOrder, hooksOf } from './hook-order.js';

/** A plugin that has every hook and notes each call, and the states that it saves. */
function witness() {
  const called: string[] = [];
  const store = memoryStore();
  const note = (name: string) => () => void called.push(name);
  const noting = <T>(name: string, value: T): T => {
    called.push(name);
    return value;
  };
  const plugin: TrainingPlugin<unknown, unknown, { input: unknown }> = {
    name: 'witness',
    taps: ['input'],
    owns: ['momentum'],
    ...{ setup: note('setup'), beforeFit: note('beforeFit'), afterResume: note('afterResume') },
    ...{
      beforeEpoch: note('beforeEpoch'),
      beforeTrain: note('beforeTrain'),
      beforeBatch: note('beforeBatch'),
    },
    batch: (batch) => noting('batch', batch),
    rate: () => noting('rate', 1),
    hyper: { momentum: () => noting('hyper', 0) },
    rewrite: { input: (x) => noting('rewrite', x) },
    observe: { input: note('observe') },
    loss: () => noting('loss', undefined),
    auxiliary: note('auxiliary'),
    gradients: (gradients) => noting('gradients', gradients),
    ...{ beforeStep: note('beforeStep'), afterStep: note('afterStep'), afterBatch: note('afterBatch') },
    ...{ afterTrain: note('afterTrain'), beforeValidate: note('beforeValidate') },
    evaluationWeights: () => noting('evaluationWeights', undefined),
    ...{ afterValidate: note('afterValidate'), afterEpoch: note('afterEpoch'), afterFit: note('afterFit') },
    save: async (ctx, moment) => {
      called.push('save');
      const { stage, epoch, step } = ctx;
      if (moment === 'step') await store.save({ name: 'step', stage, epoch, step }, ctx.stateDict());
    },
    onError: note('onError'),
    stateDict: () => noting('stateDict', { json: {}, tensors: {} }),
    loadStateDict: note('loadStateDict'),
  };
  return { called, plugin, store };
}

/** A fit of one step, or with `saved` what is left of it. */
async function fit(
  { called, plugin, store }: ReturnType<typeof witness>,
  resumes = false,
): Promise<string[]> {
  const trainer = toyTrainer({ plugins: [plugin] });
  onTestFinished(() => {
    trainer.dispose();
    trainer.model.dispose();
  });
  if (resumes) {
    const state = await store.load('step');
    trainer.loadStateDict(state);
    dispose(Object.values(state.tensors));
  }
  called.length = 0;
  await trainer.fit({ stage: 'toy', train: toyLoader(1), validate: toyLoader(1), epochs: 1 });
  return [...called];
}

const picture = hooksOf(hookOrder);
const without = (...left: readonly string[]): string[] => picture.filter((name) => !left.includes(name));

it('has every hook of the protocol', () => {
  expect([...new Set(picture)].sort()).toEqual([...hookNames, ...hookTables].sort());
});

it('is told in full by the page of hooks', () => {
  const page = readFileSync(new URL('../../docs/hooks.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  expect(told.sort()).toEqual([...pluginKeys].sort());
});

it('shows the order of a real fit, and of one that is resumed after its step', async () => {
  const own = witness();
  onTestFinished(() => own.store.remove('step'));
  expect(await fit(own)).toEqual(without('loadStateDict', 'afterResume', 'onError'));
  const resumed = await fit(own, true);
  expect(resumed.slice(0, 4)).toEqual(['setup', 'beforeFit', 'loadStateDict', 'afterResume']);
  expect(resumed.slice(4)).toEqual(picture.slice(picture.indexOf('afterTrain'), -1));
});
