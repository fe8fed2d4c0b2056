import assert from 'node:assert/strict';
import { corpus, labels } from './classifier.js';
import { classifierLoader, languageModelLoader } from '@ulmfit/text';

const general = languageModelLoader(corpus, { batchSize: 2, window: 3, backwards: true });
const train = classifierLoader(corpus, labels, { batchSize: 2, backwards: true });

assert.equal(general.batches(0), 1);
const [batch] = train.open({ epoch: 0, batch: 0 });
assert.deepEqual(batch?.ids.arraySync()[0], [11, 10, 9, 2]);
