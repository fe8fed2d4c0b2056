import { UlmfitError } from '@ulmfit/errors';
import { expect, it, onTestFinished, vi } from 'vitest';
import { BatchQueue, type BatchQueueOptions } from './batch-queue.js';
import { fakeModel, gate, prediction, turn } from './fake-model.test-helper.js';
import type { ServedModel } from './served-model.js';

const queueOf = (options: Partial<BatchQueueOptions> = {}) =>
  new BatchQueue({ batchSize: 4, batchWait: 2, queueSize: 10, ...options });
const never = new AbortController().signal;

it('classifies the texts of concurrent requests together', async () => {
  const onBatch = vi.fn();
  const queue = queueOf({ onBatch });
  const model = fakeModel();
  await queue.use(model);
  const answers = await Promise.all([
    queue.submit(['a'], never),
    queue.submit(['b', ' '], never),
    queue.submit([], never),
  ]);
  expect(answers).toEqual([[prediction('bill')], [prediction('bill'), null], []]);
  expect(model.batches).toEqual([['a', 'b', ' ']]);
  expect(onBatch).toHaveBeenCalledExactlyOnceWith(3, expect.any(Number));
});

it('has one batch at the model at a time, and starts a full one at once', async () => {
  const first = gate();
  const model = fakeModel({ until: () => first.opened });
  const queue = queueOf({ batchWait: 10_000 });
  await queue.use(model);
  const all = [queue.submit(['1', '2', '3'], never), queue.submit(['4'], never), queue.submit(['5'], never)];
  await turn();
  expect(model.batches).toEqual([['1', '4', '2', '3']]);
  const more = queue.submit(['6', '7', '8'], never);
  await turn();
  expect(model.batches).toHaveLength(1);
  first.open();
  await Promise.all([...all, more]);
  expect(model.batches.slice(1)).toEqual([['5', '6', '7', '8']]);
  expect(queue.length).toBe(0);
});

it('lets requests take turns, so that a large one does not hold up a small one', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const queue = queueOf();
  await queue.use(model);
  const large = queue.submit(['a', 'b', 'c', 'd', 'e', 'f', 'g'], never);
  await turn(5);
  const small = queue.submit(['z'], never);
  opened.open();
  await small;
  expect(model.batches).toEqual([
    ['a', 'b', 'c', 'd'],
    ['e', 'z', 'f', 'g'],
  ]);
  await expect(large).resolves.toHaveLength(7);
});

it('keeps a batch of long texts short', async () => {
  const queue = queueOf();
  const model = fakeModel();
  await queue.use(model);
  const long = 'word '.repeat(10_000);
  await queue.submit([long, long, 'a', 'b'], never);
  expect(model.batches.map((batch) => batch.map(({ length }) => length))).toEqual([[50_000], [50_000, 1, 1]]);
});

it('refuses what the queue has no place for, and says how long that will take', async () => {
  const opened = gate();
  const queue = queueOf({ queueSize: 3 });
  await queue.use(fakeModel({ until: () => opened.opened }));
  expect(queue.seconds).toBe(0);
  const running = queue.submit(['a', 'b', 'c'], never);
  await turn(5);
  expect(queue.length).toBe(0);
  const waiting = queue.submit(['d', 'e'], never);
  await expect(queue.submit(['f', 'g'], never)).rejects.toMatchObject({
    code: 'QUEUE_FULL',
    message: '2 of 3 places are taken, with no room for 2 more; retry after the seconds in Retry-After',
  });
  opened.open();
  await Promise.all([running, waiting]);
  expect(queue.seconds).toBeGreaterThan(0);
});

it('frees the places of a client that is gone, and stops a batch that nobody waits for', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const queue = queueOf({ queueSize: 4 });
  await queue.use(model);
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const running = queue.submit(['a', 'b', 'c', 'd'], first.signal);
  await turn();
  const waiting = queue.submit(['e', 'f', 'g'], second.signal);
  expect(queue.length).toBe(3);
  second.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(queue.length).toBe(0);
  first.abort(new Error('gone too'));
  await expect(running).rejects.toThrow('gone too');
  opened.open();
  await expect(queue.submit(['h'], never)).resolves.toEqual([prediction('bill')]);
  expect(model.cancelled).toBe(1);
  expect(model.batches).toEqual([['a', 'b', 'c', 'd'], ['h']]);
  third.abort(new Error('never came'));
  await expect(queue.submit(['i'], third.signal)).rejects.toThrow('never came');
});

it('takes another model from the next batch on, and disposes the one before after its last', async () => {
  const opened = gate();
  const before = fakeModel({ label: 'before', until: () => opened.opened });
  const after = fakeModel({ label: 'after' });
  const queue = queueOf();
  await queue.use(before);
  const running = queue.submit(['a', 'b', 'c', 'd'], never);
  await turn();
  const waiting = queue.submit(['e'], never);
  const swapped = queue.use(after);
  await expect(waiting).resolves.toEqual([prediction('after')]);
  expect(before.disposed).toBe(false);
  opened.open();
  await expect(running).resolves.toEqual(new Array(4).fill(prediction('before')));
  await swapped;
  await queue.use(after);
  expect([before.disposed, after.disposed]).toEqual([true, false]);
});

it('keeps what waits while there is no model', async () => {
  const queue = queueOf();
  const waiting = queue.submit(['a'], never);
  await queue.use(fakeModel());
  await expect(waiting).resolves.toEqual([prediction('bill')]);
});

it('spares the others what one request spoils', async () => {
  const model = fakeModel({
    until: async (texts) => {
      if (texts.includes('poison')) throw new UlmfitError('BAD_WEIGHTS', 'no numbers');
    },
  });
  const queue = queueOf();
  await queue.use(model);
  const [good, bad] = await Promise.allSettled([
    queue.submit(['a'], never),
    queue.submit(['poison', 'b'], never),
  ]);
  expect(good).toMatchObject({ status: 'fulfilled', value: [prediction('bill')] });
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'BAD_WEIGHTS' } });
  expect(model.batches).toEqual([['a', 'poison', 'b'], ['a'], ['poison', 'b']]);
});

it('does not try again what its model died of', async () => {
  const model = fakeModel({
    until: () => Promise.reject(new UlmfitError('MODEL_ENDED', 'its process has ended')),
  });
  const queue = queueOf();
  await queue.use(model);
  const both = await Promise.allSettled([queue.submit(['a'], never), queue.submit(['b'], never)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(model.batches).toHaveLength(1);
});

it('refuses a model that gives too few predictions', async () => {
  const queue = queueOf();
  await queue.use({ ...fakeModel(), classify: async function* () {} });
  await expect(queue.submit(['a', 'b'], never)).rejects.toThrow('the model gave 0 predictions for 2 texts');
});

it('gives one job the model to itself, in its turn', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const queue = queueOf();
  await queue.use(model);
  const before = queue.submit(['a', 'b', 'c', 'd'], never);
  const job = vi.fn(async (used: ServedModel) => used.classes);
  const alone = queue.alone(job, 5, never);
  const after = queue.submit(['e'], never);
  expect(queue.length).toBe(6);
  await expect(queue.alone(job, 5, never)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  const client = new AbortController();
  const gone = queue.alone(job, 4, client.signal);
  client.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  expect(queue.length).toBe(6);
  expect(job).not.toHaveBeenCalled();
  opened.open();
  expect(await alone).toEqual(['bill']);
  await Promise.all([before, after]);
  expect(job).toHaveBeenCalledExactlyOnceWith(model);
  expect(model.batches).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  await expect(queue.alone(() => Promise.reject(new Error('no')), 99, never)).rejects.toThrow('no');
});

it('waits for company only where there was some lately', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const queue = queueOf({ batchWait: 1000 });
  await queue.use(fakeModel());
  const done = vi.fn();
  void queue.submit(['a'], never).then(done);
  await vi.advanceTimersByTimeAsync(999);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalledOnce();
  await expect(queue.submit(['b'], never)).resolves.toHaveLength(1);
});
