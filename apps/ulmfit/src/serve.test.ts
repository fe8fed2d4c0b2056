import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClassifier } from '@ulmfit/awd-lstm';
import { saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from './small-data.test-helper.js';
import { startUlmfit, ulmfit } from './ulmfit.test-helper.js';

// The built command in a process of its own, with the model in another.
const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const vocabulary = new Vocabulary([...specialTokens, 'the', 'film', 'was', 'good', 'bad', '.']);
  for (const classes of [
    ['neg', 'pos'],
    ['bad', 'good'],
  ]) {
    const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
    const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
    const classifier = { model, vocabulary, classes, backwards: false };
    saveClassifier(at(classes.join('-')), {
      classifier,
      tokenizer: fastaiTokenizer(),
      decision: { temperature: 1 },
    });
    model.dispose();
  }
});

interface Answer {
  readonly status: number | undefined;
  readonly body: { readonly predictions?: readonly ({ readonly label: string } | null)[] };
}

it('serves, loads the model again under load, survives its death, and ends whole', async () => {
  const model = at('served');
  cpSync(at('neg-pos'), model, { recursive: true });
  const { child, ended } = startUlmfit([
    'serve',
    model,
    '--port',
    '0',
    '--backend',
    'cpu',
    '--timeout',
    '20',
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const said = (line: RegExp) =>
    vi.waitFor(() => expect(stdout + stderr).toMatch(line), { timeout: 40_000, interval: 20 });
  await said(/^Serving .*served on http:\/\/127\.0\.0\.1:\d+$/m);
  const port = Number(/:(\d+)$/m.exec(stdout)?.[1]);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const ask = async (...texts: string[]): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' };
    const asked = request({ port, method: 'POST', path: '/classify', agent, headers });
    asked.end(JSON.stringify({ texts }));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: JSON.parse(await text(response)) as Answer['body'] };
  };
  const labelsOf = ({ body }: Answer) => body.predictions?.map((each) => each?.label);

  const first = await ask('The film was good.', ' ');
  expect(first).toMatchObject({
    status: 200,
    body: { predictions: [{ labels: [expect.any(String)] }, null] },
  });

  const explained = await fetch(`http://127.0.0.1:${port}/explain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'The film was good.', classes: ['pos'] }),
  });
  expect(await explained.json()).toMatchObject({ classes: [{ label: 'pos', isComplete: true }] });

  // Another model takes over while clients ask: each answer is of one of the two.
  let isLoading = true;
  const labels = new Set<string | undefined>();
  const client = async () => {
    while (isLoading) {
      const answer = await ask('The film was good.');
      expect(answer.status).toBe(200);
      labelsOf(answer)?.forEach((label) => labels.add(label));
    }
  };
  const clients = [1, 2, 3].map(client);
  rmSync(model, { recursive: true });
  cpSync(at('bad-good'), model, { recursive: true });
  child.kill('SIGHUP');
  await said(/^ulmfit: reloaded in \d/m);
  await vi.waitFor(() => expect(labels.size).toBe(2), { interval: 10 });
  isLoading = false;
  await Promise.all(clients);

  // A damaged one does not replace it.
  writeFileSync(join(model, 'weights.safetensors'), 'damaged');
  child.kill('SIGHUP');
  await said(/^ulmfit: not reloaded, the model before goes on: .*served.*; copy .*again$/m);
  expect(labelsOf(await ask('The film was good.'))).toEqual([[...labels].at(-1)]);

  // The death of the model's process is told, and not the server's.
  rmSync(model, { recursive: true });
  cpSync(at('neg-pos'), model, { recursive: true });
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
  process.kill(Number(children.trim()), 'SIGKILL');
  await said(/^ulmfit: the model's process has ended \(SIGKILL\)/m);
  expect((await ask('The film was good.')).status).toBe(503);
  await said(/^ulmfit: the model is there again$/m);

  const last = ask('The film was good. '.repeat(500));
  await vi.waitFor(
    async () => expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toMatch(/in_flight 2/),
    { interval: 1 },
  );
  child.kill('SIGTERM');
  expect((await last).status).toBe(200);
  expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[^\n]*\n$/) as string });
  expect(stderr.split('\n')).toHaveLength(6);
});

it('ends with one line where it can’t begin', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const [nothing, refused] = await Promise.all([
    ulmfit(['serve', at('nowhere'), '--backend', 'cpu']),
    ulmfit(['serve', at('neg-pos'), '--port', String(port), '--backend', 'cpu']),
  ]);
  expect([nothing.code, refused.code]).toEqual([2, 2]);
  expect(nothing.stderr).toMatch(/^ulmfit: .*nowhere: holds no classifier[^\n]*\n$/);
  expect(refused.stderr).toBe(
    `ulmfit: port ${port} of "127.0.0.1" is taken; give another by --port, or 0 for a free one\n`,
  );
});
