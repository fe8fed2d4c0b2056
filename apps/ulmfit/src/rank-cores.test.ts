import { expect, it } from 'vitest';
import { boundWarning, gatherCores, threadsOf, type RankCores } from './rank-cores.js';

const cores = (allowed: string, available: number, { host = 'a', all = 8 } = {}): RankCores => ({
  ...{ host, allowed, available, all },
});

it('shares the cores of a machine among its ranks, unless each has its own', () => {
  const free = [cores('0-7', 8), cores('0-7', 8), cores('0-3', 4, { host: 'b' })];
  expect(free.map((_, rank) => threadsOf(rank, free))).toEqual([4, 4, 4]);
  const bound = [cores('0-3', 4), cores('4-7', 4)];
  expect(bound.map((_, rank) => threadsOf(rank, bound))).toEqual([4, 4]);
  const crowded = [cores('0', 1), cores('0', 1)];
  expect(crowded.map((_, rank) => threadsOf(rank, crowded))).toEqual([1, 1]);
});

it.each([
  ['each has its half', [cores('0-3', 4), cores('4-7', 4)], undefined],
  ['they share all', [cores('0-7', 8), cores('0-7', 8)], undefined],
  ['a part of the machine is lent to them', [cores('0,2', 2), cores('0,2', 2)], undefined],
  ['threads fit their cores', [cores('0-1,6', 3), cores('0-1,6', 3)], 3],
  ['the system does not tell', [cores('', 8), cores('', 8)], 4],
])('says nothing where %s', (_, ranks, threads) => {
  expect(boundWarning(ranks, threads)).toBeUndefined();
});

it.each([
  [
    'each is bound to a core',
    [cores('0', 1), cores('1', 1)],
    undefined,
    /^rank 0 is bound to 1 of 8 cores, /,
  ],
  [
    'one a machine is',
    [cores('0-7', 8), cores('0', 1, { host: 'b' })],
    undefined,
    /^rank 1 is bound to 1 of 8/,
  ],
  [
    'threads outnumber cores',
    [cores('0-7', 8), cores('0-1', 2)],
    4,
    /^rank 1 is bound to 2 cores, for 4 threads, /,
  ],
  [
    'a core has many threads',
    [cores('3', 1)],
    2,
    /^rank 0 is bound to 1 core, for 2 threads, .* --bind-to none/,
  ],
])('warns where %s', (_, ranks, threads, line) => {
  expect(boundWarning(ranks, threads)).toMatch(line);
});

it('tells the ranks of the cores of this one', async () => {
  const alone = {
    rank: 0,
    size: 1,
    sum: (x: Float32Array) => Promise.resolve(x),
    gather: () => Promise.resolve([]),
  };
  const [own, ...others] = await gatherCores(alone);
  expect(others).toEqual([]);
  expect(own?.available).toBeGreaterThan(0);
  expect(own?.all).toBeGreaterThanOrEqual(own?.available ?? 0);
});
