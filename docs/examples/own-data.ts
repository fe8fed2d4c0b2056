import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { presets, trainTextClassifier, type Recipe } from '@ulmfit/pipeline';

const tiny = presets.tiny;
const recipe: Recipe = {
  ...tiny,
  encoder: { embedding: 8, hidden: 8, layers: 2 },
  vocabulary: { maxWords: 200, minCount: 1 },
  languageModel: { ...tiny.languageModel, texts: 'train-and-unlabelled', batchSize: 2, window: 5 },
};

const { classifier, report } = await trainTextClassifier({
  train: [
    { text: 'My card was charged twice.', label: 'billing' },
    { text: 'The invoice is wrong.', label: 'billing' },
    { text: 'I cannot sign in.', label: 'account' },
    { text: 'Please reset my password.', label: 'account' },
  ],
  test: [{ text: 'The bill is wrong.', label: 'billing' }],
  unlabelled: ['Where is my parcel?'],
  recipe,
});
const [prediction] = await classifier.predict(['The card was declined.']);
console.log(prediction?.label, prediction?.probability, report?.judgements.linear?.accuracy);
classifier.dispose();

assert.deepEqual(classifier.classes, ['account', 'billing']);
assert.equal(report?.split, 'test');
