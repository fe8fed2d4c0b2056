import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { presets, trainTextClassifier, type Recipe } from '@ulmfit/pipeline';

const tiny = presets.tiny;
const recipe: Recipe = {
  ...tiny,
  encoder: { embedding: 8, hidden: 8, layers: 1 },
  vocabulary: { maxWords: 200, minCount: 1 },
  languageModel: { ...tiny.languageModel, batchSize: 2, window: 5 },
};
const { classifier } = await trainTextClassifier({
  train: [
    { text: 'My card was charged twice.', label: 'billing' },
    { text: 'I cannot sign in.', label: 'account' },
  ],
  recipe,
});

const { tokens, classes } = await classifier.explain('The card was charged twice.');
for (const { label, contributions } of classes)
  tokens.forEach(({ token }, i) => console.log(label, token, contributions[i]));

assert.deepEqual(
  classes.map(({ label, isComplete }) => [label, isComplete]),
  [
    ['account', true],
    ['billing', true],
  ],
);
classifier.dispose();
