import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sgd } from '@ulmfit/optimizers';
import { presets, readRun, trainTextClassifier, type Recipe } from '@ulmfit/pipeline';
import { reduceOnPlateau } from '@ulmfit/schedulers';
import type { LabelledRow } from '@ulmfit/text';
import { activationL1 } from './activation-l1.js';

const tiny = presets.tiny;
const recipe: Recipe = {
  ...tiny,
  encoder: { embedding: 4, hidden: 4, layers: 1 },
  vocabulary: { maxWords: 200, minCount: 1 },
  languageModel: { ...tiny.languageModel, texts: 'train-and-unlabelled', batchSize: 2, window: 5 },
  classifier: {
    ...tiny.classifier,
    fits: [{ name: 'all', freezeTo: 0, epochs: 2, lr: 1e-2, spread: 1 }],
  },
};
const train = Array.from({ length: 24 }, (_, i): LabelledRow => ({
  text: `${i % 2 ? 'The invoice is wrong' : 'I cannot sign in'}, number ${i}.`,
  label: i % 2 ? 'billing' : 'account',
}));
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-'));

const { classifier } = await trainTextClassifier({
  ...{ train, recipe, folder },
  optimizer: { classify: sgd({ momentum: 0.9 }) },
  plugins: { all: () => [reduceOnPlateau()], classify: [activationL1(1)] },
  onEvent: (event) => event.type === 'epoch' && console.log(event.values),
});
classifier.dispose();

assert.deepEqual(readRun(folder).settings.plugins.classify, [
  {
    name: 'reduceOnPlateau',
    settings: { factor: 0.1, patience: 1, minDelta: 0, least: 0, watch: 'loss', better: 'less' },
  },
  { name: 'activationL1', settings: { weight: 1 } },
]);
rmSync(folder, { recursive: true });
