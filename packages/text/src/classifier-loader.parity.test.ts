import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierLoader } from './classifier-loader.js';
import { TokenCorpus } from './token-corpus.js';

const shared = process.env['ULMFIT_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const folder = process.env['ULMFIT_PARITY_DIR'] ?? resolve(shared, 'parity');
const found = existsSync(resolve(folder, 'classifier.safetensors'));
const suite = found ? 'classifierLoader' : `classifierLoader (skipped: no golden files in ${folder})`;

/** An int64 matrix of a safetensors file: 8 bytes of header length, a JSON header, the data. */
function readMatrix(path: string, name: string): number[][] {
  const file = readFileSync(path);
  const begin = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, begin)) as Record<
    string,
    { dtype: string; shape: [number, number]; data_offsets: [number, number] }
  >;
  const entry = header[name];
  if (entry?.dtype !== 'I64') throw new Error(`${path}: no int64 matrix ${name}`);
  const [rows, columns] = entry.shape;
  const at = (r: number, c: number) => begin + entry.data_offsets[0] + 8 * (r * columns + c);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => Number(file.readBigInt64LE(at(r, c)))),
  );
}

describe.skipIf(!found)(suite, () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('pads the documents of the golden classifier as fastai does', () => {
    const golden = JSON.parse(readFileSync(resolve(folder, 'classifier.json'), 'utf8')) as {
      lengths: number[];
      seq_len: number;
    };
    const x = readMatrix(resolve(folder, 'classifier.safetensors'), 'x');
    // The golden documents have no id below 2, so what is left without the padding are the documents.
    const documents = x.map((row) => row.filter((id) => id !== 1));
    expect(documents.map((document) => document.length)).toEqual(golden.lengths);
    // Shortest first, for the loader to sort.
    const corpus = TokenCorpus.fromDocuments(documents.toReversed());
    const [batch] = classifierLoader(corpus, undefined, { batchSize: 4, window: golden.seq_len }).open({
      epoch: 0,
      batch: 0,
    });
    expect(batch?.ids.arraySync()).toEqual(x);
    expect([...(batch?.lengths ?? [])]).toEqual(golden.lengths);
    batch?.ids.dispose();
  });
});
