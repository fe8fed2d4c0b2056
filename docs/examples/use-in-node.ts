import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClassifier } from '@ulmfit/inference/node';
import { exportModel, presets, trainTextClassifier, type Recipe } from '@ulmfit/pipeline';

const folder = mkdtempSync(join(tmpdir(), 'ulmfit-use-'));
const path = join(folder, 'tickets.ulmfit');
const tiny = presets.tiny;
const recipe: Recipe = {
  ...tiny,
  encoder: { embedding: 8, hidden: 8, layers: 1 },
  vocabulary: { maxWords: 200, minCount: 1 },
  languageModel: { ...tiny.languageModel, batchSize: 2, window: 5 },
};
const train = [
  { text: 'My card was charged twice.', label: 'billing' },
  { text: 'I cannot sign in.', label: 'account' },
];
const trained = await trainTextClassifier({ train, recipe, folder: join(folder, 'run') });
trained.classifier.dispose();
exportModel(join(folder, 'run'), path);

const classifier = await loadClassifier(path);
const [prediction] = await classifier.predict(['The card was declined.']);
console.log(prediction?.label, prediction?.probability, prediction?.probabilities);

async function* lines() {
  yield 'The invoice is wrong.';
  yield '';
}
const labels: (string | undefined)[] = [];
for await (const each of classifier.classify(lines())) labels.push(each?.label);

const inTime = await classifier.predict(['Reset it.'], { signal: AbortSignal.timeout(5000) });

classifier.dispose(); // frees the weights

assert.deepEqual(classifier.classes, ['account', 'billing']);
assert.ok(classifier.classes.includes(prediction?.label ?? ''));
assert.equal(labels.length, 2);
assert.equal(labels[1], undefined);
assert.equal(inTime.length, 1);
rmSync(folder, { recursive: true });
