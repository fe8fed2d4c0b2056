import { fileURLToPath } from 'node:url';
import { UlmfitError } from '@ulmfit/errors';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createServer } from '../create-server.js';
import type { ServedModel } from '../served-model.js';
import {
  classifyRequest,
  explanation,
  fakeModel,
  prediction,
  turn,
  type FakeModel,
} from '../fake-model.test-helper.js';
import { isolatedModel } from './isolated-model.js';
import { keepModel } from './keep-model.js';

const program = new URL('fake-program.test-helper.ts', import.meta.url);
const loader = fileURLToPath(new URL('../../../../tools/typescript-loader.mjs', import.meta.url));
const execArgv = ['--conditions=@ulmfit/source', '--import', loader];
const never = new AbortController().signal;

async function started(data: object = { label: 'bill' }) {
  const model = await isolatedModel(program, { data, execArgv });
  onTestFinished(() => model.dispose());
  return model;
}
const all = async <T>(given: AsyncIterable<T>): Promise<T[]> => {
  const list = [];
  for await (const each of given) list.push(each);
  return list;
};

it('classifies in another process, tells its errors and its memory, and ends with it', async () => {
  const model = await started();
  expect([model.classes, model.multiLabel]).toEqual([['bill'], false]);
  const both = [model.classify(['a', ''], { signal: never }), model.classify(['b'], { signal: never })];
  expect(await Promise.all(both.map(all))).toEqual([[prediction('bill'), null], [prediction('bill')]]);
  expect(await model.explain?.('a b', { classes: ['bill'], signal: never })).toEqual(
    explanation('a b', ['bill']),
  );
  expect(model.memory).toBeGreaterThan(1e7);
  await expect(all(model.classify(['damaged'], { signal: never }))).rejects.toMatchObject({
    code: 'BAD_WEIGHTS',
    message: 'no numbers',
  });
  const client = new AbortController();
  const waiting = all(model.classify(['wait'], { signal: client.signal }));
  setTimeout(() => client.abort(new Error('gone')), 5);
  await expect(waiting).rejects.toThrow('gone');
  const ended = vi.fn();
  void model.ended.then(ended);
  await model.dispose();
  await turn();
  expect(ended).not.toHaveBeenCalled();
  await expect(all(model.classify(['a'], { signal: never }))).rejects.toMatchObject({ code: 'MODEL_ENDED' });
});

it('tells what goes wrong in loading', async () => {
  const failing = ['bug', 'exit'].map((fails) => started({ label: 'a', fails }));
  expect((await Promise.allSettled(failing)).map((each) => 'reason' in each && String(each.reason))).toEqual([
    expect.stringMatching(/^Error: TypeError: no function\n/),
    expect.stringMatching(/^UlmfitError: the model's process has ended \(exit code 3\);/),
  ]);
});

it('does not let the model hold up the server, comes back from its death, and ends a process that does not', async () => {
  const log = vi.fn();
  const server = createServer({ log });
  const data = { label: 'before' };
  const kept = await keepModel(server, {
    load: () => isolatedModel(program, { data: { ...data }, execArgv, stopTimeout: 0.1 }),
    log,
    retryAfter: 0.01,
  });
  onTestFinished(async () => {
    kept.stop();
    await server.close();
  });
  const ask = async (text: string) => {
    const response = await server.fetch(classifyRequest({ texts: [text] }));
    return [response.status, await response.json()];
  };
  const health = () => server.fetch(new Request('http://localhost/health'));
  // A process that works for ever answers nothing, and the server does.
  const stuck = new AbortController();
  const working = server.fetch(classifyRequest({ texts: ['work'] }, { signal: stuck.signal }));
  await vi.waitFor(() => expect(server.metrics.text()).toContain('\nulmfit_http_requests_in_flight 1\n'));
  await turn(100);
  expect((await health()).status).toBe(200);
  data.label = 'after';
  await kept.reload();
  expect(await ask('a')).toEqual([200, { predictions: [prediction('after')] }]);
  stuck.abort();
  expect((await working).status).toBe(499);

  expect(await ask('die')).toEqual([
    503,
    { error: { code: 'MODEL_ENDED', message: expect.stringContaining('(SIGKILL)') as string } },
  ]);
  await vi.waitFor(async () => expect((await health()).status).toBe(200), { timeout: 20_000 });
  expect(await ask('a')).toEqual([200, { predictions: [prediction('after')] }]);
  const lines = log.mock.calls.map(([line]) => String(line));
  expect(lines).toEqual([
    expect.stringMatching(/^serve: reloaded in \d+\.\d s$/),
    expect.stringMatching(/^serve: the model's process has ended \(SIGKILL\)/),
    'serve: the model is there again',
  ]);
});

it('keeps the model that it has where another does not load', async () => {
  const log = vi.fn();
  const server = createServer({ log });
  const load = vi.fn(async (): Promise<ServedModel> => fakeModel());
  const kept = await keepModel(server, { load, log });
  load.mockRejectedValueOnce(new UlmfitError('BAD_BUNDLE', 'model: is damaged; copy it again'));
  await kept.reload();
  expect(log).toHaveBeenCalledExactlyOnceWith(
    'serve: not reloaded, the model before goes on: model: is damaged; copy it again',
  );
  expect((await server.fetch(classifyRequest({ texts: ['a'] }))).status).toBe(200);
  expect(server.metrics.text()).toContain('ulmfit_model_loads_total{result="failed"} 1');
  kept.stop();
  await server.close();
});

it('reloads once for all who ask while a load is under way, and tries at once a model that has ended', async () => {
  const log = vi.fn();
  const server = createServer({ log });
  const models: FakeModel[] = [];
  const load = vi.fn(async (): Promise<ServedModel> => {
    await turn();
    const model = fakeModel();
    models.push(model);
    return model;
  });
  const kept = await keepModel(server, { load, log, retryAfter: 3600 });
  await Promise.all([kept.reload(), kept.reload(), kept.reload()]);
  expect(load).toHaveBeenCalledTimes(2);
  models.at(-1)?.die(new UlmfitError('MODEL_ENDED', 'gone'));
  await turn();
  expect(server.ready).toBe(false);
  await kept.reload();
  expect(server.ready).toBe(true);
  kept.stop();
  await server.close();
});
