import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createServer, type CreateServerOptions } from '../create-server.js';
import { fakeModel, gate, turn } from '../fake-model.test-helper.js';
import { serve, type ServeOptions } from './serve.js';

async function listening(options: CreateServerOptions = {}, http: ServeOptions = {}) {
  const model = options.model ?? fakeModel();
  const server = createServer({ log: vi.fn(), ...options, model });
  const listener = await serve(server, { port: 0, ...http });
  onTestFinished(async () => void (await listener.close(0)));
  return { ...listener, server, post: (body: unknown, agent?: Agent) => post(listener.port, body, agent) };
}

function post(port: number, body: unknown, agent: Agent | undefined): ClientRequest {
  const request = httpRequest({
    ...{ port, method: 'POST', path: '/classify', agent },
    headers: { 'content-type': 'application/json' },
  });
  request.on('error', () => undefined);
  return request.end(JSON.stringify(body));
}

const answered = async (request: ClientRequest): Promise<IncomingMessage & { body: string }> => {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return Object.assign(response, { body: await text(response) });
};

/** What a client gets that sends bytes of its own. */
async function spoken(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

it('answers on loopback, at a port of its own', async () => {
  const { url, isLoopback, post } = await listening();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(isLoopback).toBe(true);
  const { statusCode, body } = await answered(post({ texts: ['a'] }));
  expect([statusCode, body]).toEqual([200, expect.stringContaining('"label":"bill"')]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
  expect(metrics).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
});

it('tells other networks from this machine', async () => {
  const everywhere = await listening({}, { host: '0.0.0.0' });
  expect([everywhere.isLoopback, everywhere.url]).toEqual([false, `http://0.0.0.0:${everywhere.port}`]);
});

it.each<[ServeOptions, string, RegExp]>([
  [{ host: '192.0.2.1', port: 0 }, 'CANNOT_LISTEN', /^"192\.0\.2\.1" is no address of this machine/],
  [{ port: 70_000 }, 'BAD_OPTION', /^serve: port is 70000; it must be an integer from 0 to 65535/],
  [{ headersTimeout: 0 }, 'BAD_OPTION', /^serve: headersTimeout is 0/],
])('refuses %j', async (options, code, message) => {
  await expect(serve(createServer({}), options)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

it('says that a port is taken', async () => {
  const { port } = await listening();
  await expect(serve(createServer({}), { port })).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
    message: `port ${port} of "127.0.0.1" is taken; give another by --port, or 0 for a free one`,
  });
});

it('frees the place of a client that hangs up', async () => {
  const opened = gate();
  const model = fakeModel({ until: () => opened.opened });
  const { post, url } = await listening({ model, queueSize: 1, batchSize: 1 });
  const first = answered(post({ texts: ['a'] }));
  await vi.waitFor(() => expect(model.batches).toHaveLength(1));
  const gone = post({ texts: ['b'] });
  const queued = async () =>
    /^ulmfit_queue_texts (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  await vi.waitFor(async () => expect(await queued()).toBe('1'));
  gone.destroy();
  await vi.waitFor(async () => expect(await queued()).toBe('0'));
  opened.open();
  expect((await first).statusCode).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('{route="/classify",status="499"} 1');
  expect(model.batches).toEqual([['a']]);
});

it.each([
  [
    'a client that never ends its headers',
    'GET /health HTTP/1.1\r\nHost: a\r\nX: ',
    '408',
    'REQUEST_TOO_SLOW',
  ],
  [
    'a client that never ends its body',
    'POST /classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"te',
    '408',
    'REQUEST_TOO_SLOW',
  ],
  ['what is no HTTP', 'hello\r\n\r\n', '400', 'BAD_REQUEST'],
  [
    'a host that is none',
    'GET /health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
    '400',
    'BAD_REQUEST',
  ],
  [
    'huge headers',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    '431',
    'REQUEST_TOO_LARGE',
  ],
])('refuses %s', async (_, bytes, status, code) => {
  const { port } = await listening({ timeout: 0.4 }, { headersTimeout: 0.3, requestTimeout: 0.3 });
  const answer = await spoken(port, bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(new RegExp(`\r\n\r\n{"error":{"code":"${code}","message":"[^"\n]+"}}\n$`));
});

it('cuts a huge body off without reading it whole', async () => {
  const { port } = await listening({ maxBodyBytes: 1000 });
  const request = httpRequest({
    ...{ port, method: 'POST', path: '/classify' },
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  request.on('error', () => undefined);
  const sending = setInterval(() => request.write('x'.repeat(64 * 1024)), 1);
  onTestFinished(() => clearInterval(sending));
  const { statusCode, body } = await answered(request);
  expect([statusCode, JSON.parse(body).error.code]).toEqual([413, 'REQUEST_TOO_LARGE']);
  clearInterval(sending);
  request.destroy();
});

it('ends whole: no new connection, an answer for all that was asked, connections that were kept alive closed', async () => {
  const opened = gate();
  const model = fakeModel({ until: (texts) => (texts.includes('slow') ? opened.opened : turn()) });
  const { post, close, url, server } = await listening({ model, batchSize: 1 });
  const idle = new Agent({ keepAlive: true });
  expect((await answered(post({ texts: ['a'] }, idle))).statusCode).toBe(200);
  const busy = new Agent({ keepAlive: true });
  const slow = answered(post({ texts: ['slow'] }, busy));
  await vi.waitFor(() => expect(model.batches).toHaveLength(2));
  const waiting = answered(post({ texts: ['b'] }));
  await vi.waitFor(() => expect(server.metrics.text()).toContain('\nulmfit_queue_texts 1\n'));
  const closed = close();
  await expect(fetch(`${url}/health`)).rejects.toThrow();
  expect(model.disposed).toBe(false);
  opened.open();
  const answers = await Promise.all([slow, waiting]);
  expect(answers.map(({ statusCode, headers }) => [statusCode, headers.connection])).toEqual([
    [200, 'close'],
    [200, 'close'],
  ]);
  await expect(closed).resolves.toBe(true);
  expect(model.disposed).toBe(true);
  idle.destroy();
  busy.destroy();
});

it('cuts off what is not done in time', async () => {
  const model = fakeModel({
    until: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  });
  const { post, close } = await listening({ model });
  const stuck = new Promise((resolve) => post({ texts: ['a'] }).on('close', resolve));
  await vi.waitFor(() => expect(model.batches).toHaveLength(1));
  await expect(close(0.05)).resolves.toBe(false);
  await stuck;
});
