import { memory } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { rowsTask, summarizeTask, surveyTokens, tokenizerNamed } from '@ulmfit/text';
import { expect, it } from 'vitest';
import { plainRnns } from '../../../../tools/plain-rnn.js';
import { micro, opinionsOf } from '../micro.test-helper.js';
import { estimateRun, type EstimateRunOptions } from './estimate-run.js';

async function estimated(options: Partial<EstimateRunOptions> = {}, unlabelled = 0) {
  const { texts, labels } = opinionsOf(60);
  const rows = texts.map((text, i) => ({ text, label: labels[i] === 1 ? 'pos' : 'neg' }));
  const task = rowsTask({
    ...{ train: rows.slice(0, 40), valid: rows.slice(40, 50), test: rows.slice(50) },
    unlabelled: opinionsOf(unlabelled, 9).texts,
  });
  const summary = await summarizeTask(task);
  const { vocabulary } = micro;
  const tokenizer = tokenizerNamed('fastai');
  const survey = await surveyTokens(task, { tokenizer, vocabulary, texts: 'train-and-unlabelled', summary });
  const stages = ['linear', 'pretrain', 'finetune', 'classify', 'evaluate'] as const;
  return {
    tokens: survey.tokens,
    ...(await estimateRun({
      recipe: micro,
      stages,
      summary,
      survey: { ...survey, charactersPerSecond: 1e15 },
      ...options,
    })),
  };
}

it('is tokens by epochs over the speed of some steps, for each stage that the run has', async () => {
  const before = memory().numTensors;
  const { stages, fits, seconds, rates, tokens } = await estimated();
  expect(memory().numTensors).toBe(before);
  for (const rate of Object.values(rates)) expect(rate).toBeGreaterThan(0);
  // Without general text nothing is pretrained.
  expect(Object.keys(stages)).toEqual(['linear', 'finetune', 'classify', 'evaluate']);
  // A fifth is held out, which costs a third.
  const epoch = (0.8 + 0.2 / 3) / rates.languageModel;
  expect(stages.finetune).toBeCloseTo(tokens.languageModel * epoch, 6);
  const { train, valid, test } = tokens;
  const head = train / rates.head + valid / rates.head;
  const all = train / rates.all + valid / rates.head;
  expect(stages.classify).toBeCloseTo(head + 6 * all + valid / rates.head, 6);
  expect(Object.keys(fits)).toEqual(['classify.1-head', 'classify.2-all']);
  expect(fits['classify.2-all']).toBeCloseTo(6 * all, 6);
  expect(stages.evaluate).toBeCloseTo(test / rates.head, 6);
  expect(seconds).toBeCloseTo(
    Object.values(stages).reduce((sum, each) => sum + each, 0),
    6,
  );
});

it('counts pretraining on general text, and a classifier from scratch', async () => {
  const { stages, rates, tokens } = await estimated({ corpusTokens: 1000, transfer: false });
  expect(stages.pretrain).toBeCloseTo((3 * 1000 * (0.8 + 0.2 / 3)) / rates.languageModel, 6);
  expect(stages.finetune).toBeUndefined();
  const { train, valid } = tokens;
  expect(stages.classify).toBeCloseTo(2 * (train / rates.all + valid / rates.head) + valid / rates.head, 6);
});

it('counts the rounds of self-training, by the texts that they label and learn from', async () => {
  const selfTraining = {
    ...{ rounds: 2, texts: 20, perClass: 5, share: 0.4, passes: 2, mostShare: 1 },
    ...({ teacher: 'neural', choose: 'most-certain' } as const),
  };
  const recipe = { ...micro, classifier: { ...micro.classifier, selfTraining } };
  const { stages, fits, rates, tokens } = await estimated({ recipe }, 30);
  expect(Object.keys(fits)).toEqual(
    ['classify', 'classify.round1', 'classify.round2'].flatMap((stage) => [
      `${stage}.1-head`,
      `${stage}.2-all`,
    ]),
  );
  const { train, valid } = tokens;
  // Eight texts, four of each class, beside the forty that have a label.
  const all = 6 * ((train * (48 / 40)) / rates.all + valid / rates.head);
  expect(fits['classify.round2.2-all']).toBeCloseTo(all, 6);
  const training = Object.values(fits).reduce((sum, seconds) => sum + seconds, 0);
  const labelling = (2 * 20 * (train / 40)) / rates.head;
  expect(stages.classify).toBeCloseTo(training + labelling + valid / rates.head, 6);
});

it('measures an encoder of one’s own, with the groups that it has', async () => {
  const before = memory().numTensors;
  const made: number[] = [];
  const watched: typeof plainRnns = {
    ...plainRnns,
    create: (config, options) => {
      made.push(config.vocabulary);
      return plainRnns.create(config, options);
    },
  };
  const { stages, rates, tokens } = await estimated({ architecture: watched });
  expect(memory().numTensors).toBe(before);
  for (const rate of Object.values(rates)) expect(rate).toBeGreaterThan(0);
  // The language model, the classifier with its head alone and all of it, beside those that only tell of sizes.
  expect(made.filter((words) => words === made[1])).toHaveLength(3);
  const { train, valid } = tokens;
  const fits = train / rates.head + valid / rates.head + 6 * (train / rates.all + valid / rates.head);
  expect(stages.classify).toBeCloseTo(fits + valid / rates.head, 6);
});

it('can be stopped', async () => {
  const before = memory().numTensors;
  const reason = new Error('enough');
  await expect(estimated({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(memory().numTensors).toBe(before);
});
