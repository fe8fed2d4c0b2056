import { scalar } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { expect, it } from 'vitest';
import { firstSaves, firstThenOthers, memoryStore } from '../index.js';
import { toyRanks, ulmfitError } from '../toy.test-helper.js';

const info = { name: 'a', stage: 's', epoch: 0, step: 1 };

it('saves on the first rank alone', async () => {
  const stores = [memoryStore(), memoryStore()];
  const x = scalar(1);
  await Promise.all(
    toyRanks(2).map((rank, i) =>
      firstSaves(stores[i] ?? memoryStore(), rank).save(info, { json: {}, tensors: { x } }),
    ),
  );
  x.dispose();
  expect(await Promise.all(stores.map(async (store) => (await store.list()).length))).toEqual([1, 0]);
  await stores[0]?.remove('a');
});

it('fails on every rank where the first one fails', async () => {
  const full = () => Promise.reject(new UlmfitError('FILE_ERROR', 'the disk is full'));
  const saves = toyRanks(2).map((rank) =>
    firstSaves({ ...memoryStore(), save: full }, rank).save(info, { json: {}, tensors: {} }),
  );
  for (const save of saves)
    await expect(save).rejects.toEqual(ulmfitError('FILE_ERROR', /^the disk is full$/));
});

it('lets the others work when the first one is done', async () => {
  const order: number[] = [];
  const work = async (rank: number) => {
    await new Promise((resolve) => setTimeout(resolve, rank === 0 ? 20 : 0));
    order.push(rank);
  };
  await Promise.all(toyRanks(2).map((rank) => firstThenOthers(rank, () => work(rank.rank))));
  expect(order).toEqual([0, 1]);
});
