import '@tensorflow/tfjs';
import { createClassifier } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

// What the pages of techniques take as given: a classifier and a few texts, as ids.
export const corpus = TokenCorpus.fromDocuments([
  [2, 9, 10, 11],
  [2, 12, 13],
]);
export const labels = [0, 1];
export const model = createClassifier({ vocabulary: 20, embedding: 4, hidden: 6, layers: 3, classes: 2 });
export const trainer = createTrainer({ model, optimizer: adam() });
export const train = classifierLoader(corpus, labels, { batchSize: 2 });
export const unlabelled = classifierLoader(corpus, undefined, { batchSize: 2 });
