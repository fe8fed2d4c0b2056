import { UlmfitError } from '@ulmfit/errors';
import { expect, it, vi } from 'vitest';
import { createServer, type CreateServerOptions, type ModelServer } from './create-server.js';
import { classifyRequest, explanation, fakeModel, gate, prediction, turn } from './fake-model.test-helper.js';

const serverOf = (options: CreateServerOptions = {}) => createServer({ model: fakeModel(), ...options });
const get = (path: string) => new Request(`http://localhost${path}`);
const errorOf = async (response: Response) => {
  const text = await response.text();
  expect(text).toMatch(/^[^\n]*\n$/);
  return {
    status: response.status,
    ...(JSON.parse(text) as { error: { code: string; message: string } }).error,
  };
};

/** Waits until so many texts are in the queue. */
const queued = (server: ModelServer, texts: number) =>
  vi.waitFor(() => expect(server.metrics.text()).toContain(`\nulmfit_queue_texts ${texts}\n`), {
    interval: 1,
  });

it('answers with predictions in order, null for a text without words', async () => {
  const response = await serverOf().fetch(classifyRequest({ texts: ['My card was charged twice.', ' \n'] }));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ predictions: [prediction('bill'), null] });
  const none = await serverOf().fetch(classifyRequest({ texts: [] }));
  expect(await none.json()).toEqual({ predictions: [] });
});

it.each<[string, Request, number, string, RegExp]>([
  ['broken JSON', classifyRequest('{"texts": ['), 400, 'BAD_REQUEST', /^the body is not JSON; send/],
  ['no body', classifyRequest(''), 400, 'BAD_REQUEST', /not JSON/],
  [
    'bytes that are no text',
    classifyRequest('', { body: new Uint8Array([0x22, 0xff, 0x22]) }),
    400,
    'BAD_REQUEST',
    /not UTF-8/,
  ],
  ['a list', classifyRequest(['a']), 400, 'BAD_REQUEST', /^the body: .*expected object/],
  ['null', classifyRequest('null'), 400, 'BAD_REQUEST', /expected object/],
  [
    'a text instead of a list',
    classifyRequest({ texts: 'a' }),
    400,
    'BAD_REQUEST',
    /^the body: texts: .*array/,
  ],
  [
    'a number among the texts',
    classifyRequest({ texts: ['a', 7] }),
    400,
    'BAD_REQUEST',
    /^the body: texts: item 2: .*expected string, received number/,
  ],
  ['an unknown key', classifyRequest({ texts: ['a'], text: 'a' }), 400, 'BAD_REQUEST', /"text"/],
  [
    'too many texts',
    classifyRequest({ texts: ['', '', '', ''] }),
    413,
    'REQUEST_TOO_LARGE',
    /more than 3 texts/,
  ],
  [
    'a text that is too long',
    classifyRequest({ texts: ['', 'x'.repeat(41)] }),
    413,
    'REQUEST_TOO_LARGE',
    /item 2 has more than 40 characters/,
  ],
  [
    'a body that says it is too large',
    classifyRequest('{}', { headers: { 'content-type': 'application/json', 'content-length': '9999' } }),
    413,
    'REQUEST_TOO_LARGE',
    /more than 200 bytes/,
  ],
  [
    'a body that is too large',
    classifyRequest(' '.repeat(201)),
    413,
    'REQUEST_TOO_LARGE',
    /more than 200 bytes/,
  ],
  [
    'a form',
    classifyRequest('texts=a', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    415,
    'NOT_JSON',
    /send Content-Type: application\/json/,
  ],
  [
    'another method',
    new Request('http://localhost/classify'),
    405,
    'BAD_METHOD',
    /does not take GET; use POST/,
  ],
  ['another path', new Request('http://localhost/etc/passwd'), 404, 'NO_SUCH_ROUTE', /openapi/],
])('refuses %s', async (_, request, status, code, message) => {
  const log = vi.fn();
  const server = serverOf({ maxTexts: 3, maxCharacters: 40, maxBodyBytes: 200, log });
  const response = await server.fetch(request);
  expect(await errorOf(response)).toEqual({
    status,
    code,
    message: expect.stringMatching(message) as string,
  });
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(log).not.toHaveBeenCalled();
});

it('says 429 with Retry-After when the queue is full', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const server = serverOf({ model, queueSize: 2, batchSize: 1 });
  const running = [server.fetch(classifyRequest({ texts: ['a'] }))];
  await vi.waitFor(() => expect(model.batches).toHaveLength(1));
  running.push(server.fetch(classifyRequest({ texts: ['b', 'c'] })));
  await queued(server, 2);
  const response = await server.fetch(classifyRequest({ texts: ['d'] }));
  expect(await errorOf(response)).toMatchObject({ status: 429, code: 'QUEUE_FULL' });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  opened.open();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
});

it('ends a request in time, and tells the model', async () => {
  const model = fakeModel({
    until: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  });
  const server = serverOf({ model, timeout: 0.05 });
  expect(await errorOf(await server.fetch(classifyRequest({ texts: ['a'] })))).toEqual({
    status: 504,
    code: 'TIMED_OUT',
    message: 'not done within 0.05 seconds; send fewer or shorter texts at once',
  });
  await vi.waitFor(() => expect(model.cancelled).toBe(1));
});

it('waits no longer for a body that stops midway', async () => {
  const cancelled = vi.fn();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"texts":')),
    cancel: cancelled,
  });
  const response = await serverOf({ timeout: 0.05 }).fetch(
    classifyRequest('', { body, duplex: 'half' } as RequestInit),
  );
  expect(await errorOf(response)).toMatchObject({ status: 408, code: 'REQUEST_TOO_SLOW' });
  expect(cancelled).toHaveBeenCalledOnce();
});

it('frees the place of a client that goes away', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const server = serverOf({ model, queueSize: 1, batchSize: 1 });
  const first = server.fetch(classifyRequest({ texts: ['a'] }));
  await vi.waitFor(() => expect(model.batches).toHaveLength(1));
  const client = new AbortController();
  const gone = server.fetch(classifyRequest({ texts: ['b'] }, { signal: client.signal }));
  await queued(server, 1);
  expect((await server.fetch(classifyRequest({ texts: ['c'] }))).status).toBe(429);
  client.abort();
  expect((await gone).status).toBe(499);
  const next = server.fetch(classifyRequest({ texts: ['c'] }));
  await queued(server, 1);
  opened.open();
  expect([(await first).status, (await next).status]).toEqual([200, 200]);
  expect(model.batches.flat()).toEqual(['a', 'c']);
});

it('tells clients nothing of its own faults, and its operator all', async () => {
  const log = vi.fn();
  const model = fakeModel({ until: () => Promise.reject(new Error('/home/me/model: broken')) });
  const server = serverOf({ model, log });
  const response = await server.fetch(classifyRequest({ texts: ['a'] }));
  expect(await errorOf(response)).toEqual({
    status: 500,
    code: 'SERVER_FAULT',
    message: 'the server failed; its log says why',
  });
  expect(log).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^serve: Error: \/home\/me\/model: broken at [^\n]*$/),
  );
});

it('is live before it is ready, and ready until it ends', async () => {
  const server = createServer({});
  const health = async (path: string) => {
    const response = await server.fetch(get(path));
    return [response.status, await response.json()] as const;
  };
  const none = { live: true, ready: false, classes: [], multiLabel: false, explains: false, loaded: null };
  expect(await health('/health')).toEqual([503, none]);
  expect(await health('/health/live')).toEqual([200, none]);
  expect(await errorOf(await server.fetch(classifyRequest({ texts: ['a'] })))).toMatchObject({
    status: 503,
    code: 'NOT_READY',
  });
  const model = fakeModel();
  await server.useModel(model);
  const ready = {
    ...{ live: true, ready: true, classes: ['bill'], multiLabel: false, explains: true },
    loaded: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
  };
  expect(await health('/health')).toEqual([200, ready]);
  server.end();
  expect(await health('/health')).toEqual([503, { ...ready, ready: false }]);
  expect((await server.fetch(classifyRequest({ texts: ['a'] }))).status).toBe(200);
  await server.close();
  expect(model.disposed).toBe(true);
});

it('changes its model under load, and drops no request', async () => {
  const models = ['a', 'b', 'c', 'd'].map((label) => fakeModel({ label, until: () => turn(1) }));
  const [first, ...others] = models;
  const server = serverOf({ model: first, batchSize: 3 });
  const labels = new Set<string>();
  let isOn = true;
  const client = async () => {
    while (isOn) {
      const response = await server.fetch(classifyRequest({ texts: ['x', 'y'] }));
      expect(response.status).toBe(200);
      const { predictions } = (await response.json()) as { predictions: { label: string }[] };
      for (const { label } of predictions) labels.add(label);
    }
  };
  const load = [1, 2, 3, 4, 5].map(client);
  const served = (label: string | undefined) => vi.waitFor(() => expect([...labels]).toContain(label));
  await served('a');
  for (const model of others) {
    await server.useModel(model);
    await served(model.classes[0]);
  }
  isOn = false;
  await Promise.all(load);
  expect(models.map(({ disposed }) => disposed)).toEqual([true, true, true, false]);
});

it('is not ready once its model has ended by itself', async () => {
  const log = vi.fn();
  const model = fakeModel();
  const server = serverOf({ model, log });
  expect(server.ready).toBe(true);
  model.die(new UlmfitError('MODEL_ENDED', 'its process was ended by SIGKILL'));
  await turn();
  expect(server.ready).toBe(false);
  expect(log).toHaveBeenCalledExactlyOnceWith('serve: its process was ended by SIGKILL');
  await server.useModel(fakeModel());
  expect(server.ready).toBe(true);
});

it('counts what it does, for Prometheus', async () => {
  const server = serverOf();
  await server.fetch(classifyRequest({ texts: ['a', 'b'] }));
  await server.fetch(classifyRequest('{'));
  await server.fetch(get('/favicon.ico'));
  server.metrics.gauge('own', 'One of its host.', () => 7);
  const response = await server.fetch(get('/metrics'));
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  const text = await response.text();
  for (const line of [
    'ulmfit_http_requests_total{route="/classify",status="200"} 1',
    'ulmfit_http_requests_total{route="/classify",status="400"} 1',
    'ulmfit_http_requests_total{route="other",status="404"} 1',
    'ulmfit_http_request_duration_seconds_count{route="/classify"} 2',
    'ulmfit_http_requests_in_flight 1',
    'ulmfit_texts_total 2',
    'ulmfit_batch_texts_bucket{le="1"} 0',
    'ulmfit_batch_texts_bucket{le="2"} 1',
    'ulmfit_batch_texts_sum 2',
    'ulmfit_queue_texts 0',
    'ulmfit_queue_size 256',
    'ulmfit_ready 1',
    'own 7',
  ])
    expect(text.split('\n')).toContain(line);
});

it('says by OpenAPI what it takes and gives', async () => {
  const server = serverOf({ maxTexts: 5, maxCharacters: 60 });
  const document = (await (await server.fetch(get('/openapi.json'))).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { responses: object; requestBody?: object }>>;
    components: { schemas: Record<string, { properties: object }> };
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual([
    '/classify',
    '/explain',
    '/health',
    '/health/live',
    '/metrics',
  ]);
  expect(Object.keys(document.paths['/classify']?.['post']?.responses ?? {})).toEqual([
    '200',
    '400',
    '408',
    '413',
    '415',
    '429',
    '500',
    '503',
    '504',
  ]);
  expect(document.components.schemas['ClassifyRequest']).toMatchObject({
    properties: { texts: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 60 } } },
    required: ['texts'],
    additionalProperties: false,
  });
});

it('has no page where none is wanted', async () => {
  const server = serverOf({ page: false });
  expect(await errorOf(await server.fetch(get('/')))).toMatchObject({ status: 404, code: 'NO_SUCH_ROUTE' });
});

it.each<[CreateServerOptions, string]>([
  [{ queueSize: 10, maxTexts: 20 }, "serve: maxTexts is 20; it must be at most the queue's size, 10"],
  [{ batchSize: 0 }, 'serve: batchSize is 0; it must be an integer from 1'],
  [{ timeout: 0 }, 'serve: timeout is 0; it must be a finite number above 0'],
  [{ timeout: 1e9 }, 'serve: timeout is 1000000000; it must be at most 2147483.647 seconds'],
])('refuses %j', (options, message) => {
  expect(() => createServer(options)).toThrow(message);
});

const explainRequest = (body: object) =>
  new Request('http://localhost/explain', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('explains the predicted classes, or those that are asked for', async () => {
  const model = fakeModel();
  const server = serverOf({ model });
  const text = 'My card was charged twice.';
  const response = await server.fetch(explainRequest({ text }));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(explanation(text, ['bill']));
  expect(model.batches).toEqual([[text], [`explain ${text}`]]);
  await server.fetch(explainRequest({ text, classes: ['bill'] }));
  expect(model.batches).toHaveLength(3);
});

it.each<[string, object, number, string, RegExp]>([
  ['a text without words', { text: ' ' }, 400, 'EMPTY_TEXT', /^the text holds no words/],
  ['a class that there is not', { text: 'a', classes: ['b\n'] }, 400, 'BAD_REQUEST', /unknown class "b\\n"/],
  ['no classes', { text: 'a', classes: [] }, 400, 'BAD_REQUEST', /^the body: classes/],
  ['several texts', { texts: ['a'] }, 400, 'BAD_REQUEST', /^the body/],
])('does not explain %s', async (_, body, status, code, message) => {
  const response = await serverOf().fetch(explainRequest(body));
  expect(await errorOf(response)).toEqual({
    status,
    code,
    message: expect.stringMatching(message) as string,
  });
});

it('says where a model gives no explanations', async () => {
  const server = serverOf({ model: { ...fakeModel(), explain: undefined } });
  expect(await errorOf(await server.fetch(explainRequest({ text: 'a' })))).toMatchObject({
    status: 501,
    code: 'NO_EXPLANATION',
  });
});
