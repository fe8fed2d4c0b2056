import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { fastaiTokenizer, rowsTask } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { findRates } from './find-rates.js';
import { trainLanguageModel } from '../stages/language-model-stage.js';
import { micro, microData, opinionsOf } from '../micro.test-helper.js';
import { saveLanguageModel } from '../inference/save-models.js';

const { texts, labels } = opinionsOf(40);
const task = rowsTask({ train: texts.map((text, i) => ({ text, label: labels[i] === 1 ? 'pos' : 'neg' })) });
const sweep = { recipe: micro, task, steps: 40, startLr: 1e-5, endLr: 10, tokenCache: false };

it('sweeps each stage from what came before, with all suggestions, and leaves no tensor', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-rates-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const recipe = {
    ...micro,
    languageModel: { ...micro.languageModel, finetune: { ...micro.languageModel.finetune, lr: 8e-2 } },
  };
  const trained = await trainLanguageModel({ stage: 'finetune', recipe, data: microData(), seed: 1 });
  saveLanguageModel(folder, trained, { tokenizer: fastaiTokenizer(), backwards: false });
  trained.model.dispose();

  const before = memory().numTensors;
  const scratch = await findRates({ ...sweep, stage: 'finetune' });
  const tuned = await findRates({ ...sweep, stage: 'finetune', from: folder });
  // What has learnt begins lower.
  expect(tuned.losses[0]).toBeLessThan(0.9 * (scratch.losses[0] ?? NaN));
  const head = await findRates({ ...sweep, stage: 'classify', from: folder });
  const all = await findRates({ ...sweep, stage: 'classify', from: folder, groups: 'all' });
  expect(head.losses[0]).toBe(all.losses[0]);
  expect(head.losses.at(-1)).not.toBe(all.losses.at(-1));
  for (const { rates, losses, suggestions } of [scratch, tuned, head, all]) {
    expect(rates[0]).toBe(1e-5);
    expect(losses).toHaveLength(rates.length);
    expect(Object.keys(suggestions)).toEqual(['valley', 'slide', 'minimum', 'steep']);
    for (const rate of Object.values(suggestions)) expect(rate).toBeGreaterThan(0);
  }
  expect(memory().numTensors).toBe(before);
});

it('needs what the stage learns from', async () => {
  const message = 'findRates: pretrain needs `corpus`; give it';
  await expect(findRates({ ...sweep, stage: 'pretrain' })).rejects.toMatchObject({
    code: 'NO_TASK',
    message,
  });
});
