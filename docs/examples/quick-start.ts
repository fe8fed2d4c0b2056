import '@tensorflow/tfjs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { sampleCorpus } from '@ulmfit/data-imdb';
import { loadClassifier, presets, run, type Recipe } from '@ulmfit/pipeline';

const parent = mkdtempSync(join(tmpdir(), 'ulmfit-quick-start-'));
const folder = join(parent, 'run');
const corpus = join(parent, 'corpus.txt');
writeFileSync(corpus, sampleCorpus({ seed: 1, documents: 5 }).join('\n\n\n'));

const recipe: Recipe = {
  ...presets.tiny, // `small`, `paper` and `best-on-cpu` are the others
  encoder: { embedding: 8, hidden: 8, layers: 2 },
  vocabulary: { maxWords: 200, minCount: 2 },
};
const result = await run({
  folder,
  stages: ['pretrain', 'finetune', 'classify', 'evaluate'],
  settings: {
    recipe,
    seed: 1,
    splitSeed: 1,
    data: 'sample', // or 'imdb', or a path of the reviews
    corpus, // a path of general text; the embedded sample's when left out
    lmReviews: 20,
    labels: 20,
    testReviews: 10,
    backwards: false,
    transfer: true,
  },
});
console.log(result.finetune?.perplexity, result.evaluate?.accuracy);

const classifier = await loadClassifier(folder);
const [first, second] = await classifier.predict(['A gem: warm and funny.', 'Awful, just awful.']);
console.log(first?.label, first?.probability, second?.probabilities);
classifier.dispose();

assert.equal(result.evaluate?.documents, 10);
assert.ok(classifier.labels.includes(first?.label ?? ''));
rmSync(parent, { recursive: true });
