import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { golden, readGolden } from '../../../tools/parity.js';
import { classifierLoader } from './classifier-loader.js';
import { TokenCorpus } from './token-corpus.js';

const { found, title } = golden('classifier');

describe.skipIf(!found)(title('classifierLoader'), () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('pads the documents of the golden classifier as fastai does', () => {
    const { meta, tensors } = readGolden<{ lengths: number[]; seq_len: number }>('classifier');
    const x = tensors['x']?.arraySync() as number[][];
    // The golden documents have no id below 2, so what is left without the padding are the documents.
    const documents = x.map((row) => row.filter((id) => id !== 1));
    expect(documents.map((document) => document.length)).toEqual(meta.lengths);
    // Shortest first, for the loader to sort.
    const corpus = TokenCorpus.fromDocuments(documents.toReversed());
    const [batch] = classifierLoader(corpus, undefined, { batchSize: 4, window: meta.seq_len }).open({
      epoch: 0,
      batch: 0,
    });
    expect(batch?.ids.arraySync()).toEqual(x);
    expect([...(batch?.lengths ?? [])]).toEqual(meta.lengths);
    batch?.ids.dispose();
  });
});
