import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClassifier } from '@ulmfit/awd-lstm';
import { writeBundleFile } from '@ulmfit/checkpoint';
import { bundleOfClassifier } from '@ulmfit/inference';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { expect, it, onTestFinished, vi } from 'vitest';
import { program } from '../apps/ulmfit/src/program.js';
import { root } from './packages/published-packages.js';

// The files of docs/as-a-service.md: what they run is run here, but for an image's build.
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const guide = read('docs/as-a-service.md');
const dockerfile = read('docs/examples/service/Dockerfile');
const unit = read('docs/examples/service/tickets.service');
const manifest = read('docs/examples/service/kubernetes.yaml');

it('shows the files as they are', () => {
  for (const file of [dockerfile, unit, manifest]) expect(guide).toContain(`\n${file}\`\`\``);
});

const commandOf = (instruction: string): string[] =>
  JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]') as string[];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** What a container of the image would have in its folder. */
function image(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'apps/ulmfit/bin/ulmfit.js'), join(folder, 'node_modules/.bin/ulmfit'));
  const vocabulary = new Vocabulary([...specialTokens, 'card', 'charged']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const classifier = { model, vocabulary, classes: ['billing', 'other'], backwards: false };
  const bundle = bundleOfClassifier({
    classifier,
    tokenizer: fastaiTokenizer(),
    decision: { temperature: 1 },
  });
  writeBundleFile(join(folder, 'tickets.ulmfit'), bundle);
  model.dispose();
  return folder;
}

it('starts as the container does, is healthy, answers each probe, and ends whole', async () => {
  const folder = image();
  const port = await freePort();
  const [command = '', ...args] = commandOf('CMD');
  const [node, ...check] = commandOf('HEALTHCHECK CMD').map((word) => word.replace(':8080/', `:${port}/`));
  expect([command, node]).toEqual(['node_modules/.bin/ulmfit', 'node']);
  const healthy = () => spawnSync(process.execPath, check, { cwd: folder }).status;
  expect(healthy()).toBe(1);
  const server = spawn(process.execPath, [command, ...args, '--port', String(port), '--backend', 'cpu'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface({ input: server.stdout })) {
    expect(line).toBe(`Serving tickets.ulmfit on http://0.0.0.0:${port}`);
    break;
  }
  expect(said).toMatch(/^ulmfit: every machine that reaches .* put a proxy before it/);
  expect(healthy()).toBe(0);
  const probes = [...manifest.matchAll(/httpGet: \{ path: (\S+), port: http \}/g)].map(
    ([, path = '']) => path,
  );
  expect(probes).toEqual(['/health/live', '/health/live', '/health']);
  for (const path of probes) expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
  // The guide's own request.
  const [, body = ''] = /-d '([^']*)' http:\/\/127\.0\.0\.1:8080\/classify/.exec(guide) ?? [];
  const answer = await fetch(`http://127.0.0.1:${port}/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await answer.json()).toEqual({
    predictions: [expect.objectContaining({ labels: [expect.any(String)] }), null],
  });
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

it('is started by systemd with a command that there is', async () => {
  const [, path, line = ''] = /^ExecStart=(\S+) (.*)$/m.exec(unit) ?? [];
  expect(path).toMatch(/\/node_modules\/\.bin\/ulmfit$/);
  expect(unit).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  const ulmfit = program();
  const ran = vi.fn();
  for (const command of ulmfit.commands) command.action(ran);
  await ulmfit.parseAsync(line.split(' '), { from: 'user' });
  expect(ran).toHaveBeenCalledOnce();
});

it('ends before Kubernetes and systemd lose their patience', () => {
  // The longest request, and the pause before SIGTERM.
  const [timeout, pause] = [30, Number(/'sleep', '(\d+)'/.exec(manifest)?.[1])];
  expect(Number(/terminationGracePeriodSeconds: (\d+)/.exec(manifest)?.[1])).toBeGreaterThan(timeout + pause);
  expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1])).toBeGreaterThan(timeout);
});
