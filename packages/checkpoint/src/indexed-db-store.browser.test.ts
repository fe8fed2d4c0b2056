import { tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { readBackend } from '../../../tools/browser/backends.js';
import { indexedDbStore } from './indexed-db-store.js';
import { answerOf, inTransaction, openDb } from './indexed-db.js';

beforeAll(async () => void (await readBackend()));

const info = (name: string, step: number) => ({ name, stage: 's', epoch: 0, step });

it('gives back what was saved, replaces a name, and orders by age', async () => {
  const store = indexedDbStore(`store ${Math.random()}`);
  const weights = tensor1d([1, -0, NaN, 3e-39]);
  await store.save(info('a', 1), { json: { value: NaN }, tensors: { weights } });
  await store.save(info('b', 2), { json: {}, tensors: {} });
  await store.save(info('a', 3), { json: { value: -0 }, tensors: { weights } });
  expect(await store.list()).toEqual([info('b', 2), info('a', 3)]);
  const { json, tensors } = await store.load('a');
  expect(json).toEqual({ value: -0 });
  expect([...(tensors['weights']?.dataSync() ?? [])]).toEqual([...weights.dataSync()]);
  tensors['weights']?.dispose();
  weights.dispose();
  await store.remove('a');
  await expect(store.load('a')).rejects.toMatchObject({ code: 'NO_CHECKPOINT' });
  await store.close();
});

it('refuses a checkpoint that was changed, or whose contents are gone', async () => {
  const name = `store ${Math.random()}`;
  const store = indexedDbStore(name);
  await store.save(info('a', 1), { json: { value: 1 }, tensors: {} });
  const db = await openDb(name, []);
  const change = (change: (found: { state: Uint8Array }) => object | undefined) =>
    inTransaction(db, ['contents'], 'readwrite', 'change', async (all) => {
      const found = (await answerOf(all('contents').get(1), 'get')) as { state: Uint8Array };
      const changed = change(found);
      await answerOf(all('contents').delete(1), 'delete');
      if (changed) await answerOf(all('contents').add(changed, 1), 'add');
    });
  await change((found) => ({ ...found, state: new TextEncoder().encode('{"value":2}') }));
  await expect(store.load('a')).rejects.toMatchObject({
    code: 'CORRUPT_CHECKPOINT',
    message: expect.stringContaining('does not match its checksum') as string,
  });
  await change(() => undefined);
  await expect(store.load('a')).rejects.toMatchObject({ code: 'CORRUPT_CHECKPOINT' });
  db.close();
  await store.close();
});
