import assert from 'node:assert/strict';
import { corpus, labels } from './classifier.js';
import { createClassifier } from '@ulmfit/awd-lstm';
import { classifierLoader } from '@ulmfit/text';

const sizes = { vocabulary: 20, embedding: 4, hidden: 6, classes: 2 };
const classifier = createClassifier({ ...sizes, window: 72, maxLength: 1440 });
const train = classifierLoader(corpus, labels, { batchSize: 32, window: 72, shuffle: true });

assert.equal(classifier.config.maxLength, 1440);
assert.equal(train.batches(0), 1);
