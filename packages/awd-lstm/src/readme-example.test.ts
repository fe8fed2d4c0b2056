import { memory } from '@tensorflow/tfjs-core';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import { awdLstmDropouts, classifierDropouts } from '@ulmfit/regularizers';
import { classifierLoader, languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, inferencePass } from '@ulmfit/trainer';
import { expect, it } from 'vitest';
import { copyEncoder, createClassifier, createLanguageModel } from './index.js';
import { someIds, tiny } from './tiny.test-helper.js';

// The program of the README as it stands there, but for the sizes: a user's program needs no cast.
it('runs the example of the README', async () => {
  const corpus = TokenCorpus.fromDocuments(someIds(4, 9));
  const labels = [0, 1, 0, 1];
  const sizes = tiny;

  const languageModel = createLanguageModel(sizes, { seed: 1 });
  const pretraining = createTrainer({
    model: languageModel,
    optimizer: adam(),
    plugins: [...awdLstmDropouts(), clipGlobalNorm(0.25)],
  });
  const text = languageModelLoader(corpus, { batchSize: 2, shuffle: true });
  await pretraining.fit({ stage: 'pretrain', train: text, epochs: 1, lr: 4e-3 });

  const classifier = createClassifier({ ...sizes, classes: 2 }, { seed: 1 });
  copyEncoder(languageModel.encoder, classifier.encoder);
  const training = createTrainer({ model: classifier, optimizer: adam(), plugins: classifierDropouts() });
  const reviews = classifierLoader(corpus, labels, { batchSize: 2, shuffle: true });
  training.groups.freezeTo(-1);
  await training.fit({ stage: 'head', train: reviews, epochs: 1, lr: 1e-2 });
  training.groups.unfreeze();
  await training.fit({ stage: 'all', train: reviews, epochs: 1, lr: 1e-3 });

  for (const batch of classifierLoader(corpus, undefined, { batchSize: 2 }).open({ epoch: 0, batch: 0 })) {
    const { numTensors } = memory();
    const logits = inferencePass((pass) => classifier.forward(batch, pass).logits);
    expect(logits.shape).toEqual([2, 2]);
    expect(memory().numTensors).toBe(numTensors + 1);
  }
});
