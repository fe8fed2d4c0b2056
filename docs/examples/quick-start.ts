import '@tensorflow/tfjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { imdbTask, sampleText } from '@ulmfit/data-imdb';
import { loadClassifier, presets, run, type Recipe } from '@ulmfit/pipeline';

const parent = mkdtempSync(join(tmpdir(), 'ulmfit-quick-start-'));
const folder = join(parent, 'run');

const recipe: Recipe = {
  ...presets.tiny, // or `own-data`, `small`, `quick-on-cpu`, `best-on-cpu`, `paper`
  encoder: { embedding: 8, hidden: 8, layers: 2 },
  vocabulary: { maxWords: 200, minCount: 2 },
};
const result = await run({
  folder,
  recipe,
  task: await imdbTask({ data: 'sample', lmReviews: 20, trainReviews: 20, testReviews: 10 }), // or a path of the reviews
  corpus: sampleText({ words: 500 }), // or corpusText('wiki.txt.gz')
});
console.log(result.finetune?.perplexity, result.evaluate?.judgements.neural.accuracy);

const classifier = await loadClassifier(folder);
const [first, second] = await classifier.predict(['A gem: warm and funny.', 'Awful, just awful.']);
console.log(first?.label, first?.probability, second?.probabilities);
classifier.dispose();

assert.equal(result.evaluate?.judgements.neural.documents, 10);
assert.ok(classifier.classes.includes(first?.label ?? ''));
rmSync(parent, { recursive: true });
