// `npm run bench:serve`: how many requests a second `ulmfit serve` answers, and how soon; beside FastAPI with fastai's `learn.predict`:
//   npm run bench:serve -- --peer venv/bin/python --clients 1,16,256 --seconds 10 --rounds 3
// then at a multiple of what it sustains, and its memory over many requests:
//   npm run bench:serve -- --overload 4 --requests 100000
// Everything stays on this machine, at addresses of 127.0.0.1.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { build } from '../workspace.mjs';
import { sizes } from './sizes.mjs';
import { median } from './statistics.mjs';

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    size: { type: 'string', default: 'small' },
    clients: { type: 'string', default: '1,16,256' },
    tokens: { type: 'string', default: '288' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    overload: { type: 'string' },
    requests: { type: 'string' },
    model: { type: 'string' },
    weights: { type: 'string', default: 'float32' },
    precision: { type: 'string', default: 'auto' },
    'in-process': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
if (!values['no-build']) build();

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'apps/ulmfit/bin/ulmfit.js');
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-serve-'));
const size = sizes[/** @type {import('./sizes.mjs').SizeName} */ (values.size)];
const seconds = Number(values.seconds);
/** @type {import('node:child_process').ChildProcess[]} */
const running = [];

/** @typedef {{ port: number, child: import('node:child_process').ChildProcess, body: (text: string) => string }} Side */

/** Invented reviews of about as many tokens as asked for. @param {number} tokens */
async function invented(tokens) {
  const { sampleImdb } = await import('../../packages/data-imdb/dist/index.js');
  const { fastaiTokenizer } = await import('../../packages/text/dist/index.js');
  const tokenizer = fastaiTokenizer();
  const reviews = sampleImdb({ seed: 1, train: 400, test: 0, unsup: 0 }).map(({ text }) => text);
  const texts = [];
  for (let i = 0; texts.length < 50; i++) {
    let text = reviews[i % reviews.length] ?? '';
    for (let next = i + 1; tokenizer.tokenize(text).length < tokens; next++)
      text = `${text} ${reviews[(next * 7) % reviews.length]}`;
    const words = text.split(' ');
    while (tokenizer.tokenize(words.join(' ')).length > tokens) words.pop();
    texts.push(words.join(' '));
  }
  return texts;
}

/** A model of random weights, which don't change how long it takes. @param {readonly string[]} texts */
async function randomModel(texts) {
  const { createClassifier } = await import('../../packages/awd-lstm/dist/index.js');
  const { exportModel, plainDecision, saveClassifier } =
    await import('../../packages/pipeline/dist/index.js');
  const { fastaiTokenizer, specialTokens, Vocabulary } = await import('../../packages/text/dist/index.js');
  const { setBackend } = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  const tokenizer = fastaiTokenizer();
  const known = new Set([...specialTokens, ...texts.flatMap((text) => tokenizer.tokenize(text))]);
  for (let i = 0; known.size < size.encoder.vocabulary; i++) known.add(`word${i}`);
  const vocabulary = new Vocabulary([...known].slice(0, size.encoder.vocabulary));
  const model = createClassifier({ ...size.encoder, window: 72, classes: 2 }, { seed: 1 });
  const path = join(folder, 'model');
  saveClassifier(path, {
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer,
    decision: plainDecision,
  });
  model.dispose();
  const { weights } = values;
  if (weights === 'float32') return path;
  if (weights !== 'float16' && weights !== 'int8')
    throw new Error(`--weights ${weights}: float32, float16 or int8`);
  exportModel(path, `${path}.ulmfit`, { weightFormat: weights });
  return `${path}.ulmfit`;
}

/**
 * Starts a server and waits until its first line.
 * @param {string} command
 * @param {readonly string[]} args
 */
async function started(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, line };
  throw new Error(`${command} ended before it listened`);
}

/** @param {string} model @returns {Promise<Side>} */
async function startOurs(model) {
  const { child, line } = values['in-process']
    ? await started(process.execPath, [
        fileURLToPath(new URL('serve-in-process.mjs', import.meta.url)),
        model,
      ])
    : await started(process.execPath, [
        ...[bin, 'serve', model, '--port', '0'],
        ...['--precision', values.precision],
      ]);
  return {
    child,
    port: Number(/:(\d+)$/.exec(line)?.[1]),
    body: (text) => JSON.stringify({ texts: [text] }),
  };
}

/** @param {string} python @param {readonly string[]} texts @returns {Promise<Side>} */
async function startPeer(python, texts) {
  const file = join(folder, 'texts.json');
  writeFileSync(file, JSON.stringify(texts));
  const port = 20_000 + (process.pid % 20_000);
  const { encoder } = size;
  const { child, line } = await started(python, [
    ...[fileURLToPath(new URL('serve_peer.py', import.meta.url)), '--texts', file, '--port', String(port)],
    ...['--embedding', String(encoder.embedding), '--hidden', String(encoder.hidden)],
    ...['--vocabulary', String(encoder.vocabulary)],
  ]);
  console.log(`peer: ${line}`);
  // It says that it is ready just before it listens.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { child, port, body: (text) => JSON.stringify({ text }) };
}

/**
 * @param {Side} side
 * @param {readonly string[]} texts
 * @param {Partial<import('autocannon').Options>} options
 */
async function load({ port, body }, texts, options) {
  const instance = autocannon({
    url: `http://127.0.0.1:${port}/classify`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: texts.map((text) => ({ body: body(text) })),
    timeout: 120,
    ...options,
  });
  return instance;
}

/** How late `/health` is while the model works: the longest and the middle of many askings. @param {Side} side */
function watchHealth({ port }) {
  const milliseconds = /** @type {number[]} */ ([]);
  let isOn = true;
  const asking = (async () => {
    while (isOn) {
      const begun = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/health`)).text();
      milliseconds.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    isOn = false;
    await asking;
    return { median: median(milliseconds), longest: Math.max(...milliseconds) };
  };
}

/** The memory of a server and of its model's process, in MB. @param {Side} side */
async function memoryOf({ port }) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return ['process_resident_memory_bytes', 'ulmfit_model_resident_memory_bytes'].map((name) =>
    Math.round(Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? NaN) / 1e6),
  );
}

/** @param {number} milliseconds */
const shown = (milliseconds) => (milliseconds < 100 ? milliseconds.toFixed(1) : milliseconds.toFixed(0));

/** @param {readonly number[]} list */
const middle = (list) => (list.length === 0 ? NaN : median(list));

/** @param {Side} ours @param {Side | undefined} peer @param {readonly string[]} texts */
async function compare(ours, peer, texts) {
  const head = ['clients', 'requests/s', 'p50 ms', 'p99 ms'];
  if (peer) head.push('peer requests/s', 'p50 ms', 'p99 ms', 'ratio');
  console.log(`| ${head.join(' | ')} |`);
  console.log(`| ${head.map(() => '---').join(' | ')} |`);
  for (const connections of values.clients.split(',').map(Number)) {
    /** @type {Record<'ours' | 'peer', { rate: number, p50: number, p99: number }[]>} */
    const results = { ours: [], peer: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const name of /** @type {const} */ (round % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'])) {
        const side = name === 'ours' ? ours : peer;
        if (!side) continue;
        const begun = performance.now();
        // With many clients a slow server answers the first of them after many seconds.
        const duration = connections > 64 ? 4 * seconds : seconds;
        const result = await load(side, texts, { connections, duration });
        const took = (performance.now() - begun) / 1000;
        // It may go on with what nobody waits for any more: an answer to one more says that it is idle again.
        await load(side, texts, { connections: 1, amount: 1 });
        if (result.non2xx + result.errors > 0)
          console.log(`${name}: ${result.non2xx} answers were no 200, ${result.errors} errors`);
        results[name].push({
          rate: result['2xx'] / took,
          p50: result.latency.p50,
          p99: result.latency.p99,
        });
      }
    }
    const cells = /** @type {const} */ (['ours', 'peer']).map((name) => ({
      rate: middle(results[name].map(({ rate }) => rate)),
      p50: middle(results[name].map(({ p50 }) => p50)),
      p99: middle(results[name].map(({ p99 }) => p99)),
    }));
    const [a, b] = cells;
    const row = (/** @type {typeof a} */ { rate, p50, p99 }) => [rate.toFixed(1), shown(p50), shown(p99)];
    const figures = [String(connections), ...row(a)];
    if (peer) figures.push(...row(b), (a.rate / b.rate).toFixed(1));
    console.log(`| ${figures.join(' | ')} |`);
  }
}

/** Asks for more than it sustains: it has to answer 200 or 429, and nothing else. @param {Side} side @param {readonly string[]} texts */
async function overload(side, texts, times = Number(values.overload)) {
  const sustained = await load(side, texts, { connections: 64, duration: seconds });
  const rate = Math.ceil(sustained['2xx'] / seconds);
  const health = watchHealth(side);
  // As many connections as that rate needs where answers come as late as a full queue makes them.
  const connections = 900;
  const result = await load(side, texts, { connections, duration: 2 * seconds, overallRate: times * rate });
  const late = await health();
  console.log(
    `sustained ${rate} requests/s; at ${times * rate} a second by ${connections} connections: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} errors, ${result.timeouts} timeouts; p50 ${shown(result.latency.p50)} ms, p99 ${shown(result.latency.p99)} ms; /health ${shown(late.median)} ms, at the longest ${shown(late.longest)} ms`,
  );
}

/** Memory over many requests, of short texts so that it ends. @param {Side} side */
async function soak(side) {
  const all = Number(values.requests);
  const texts = Array.from(
    { length: 50 },
    (_, i) => `The film was good, and the ${i} actors were not bad at all.`,
  );
  const parts = 10;
  console.log('| requests | server MB | model MB | not 200 | requests/s |');
  console.log('| --- | --- | --- | --- | --- |');
  for (let part = 0; part <= parts; part++) {
    const begun = performance.now();
    const amount = part === 0 ? 500 : Math.round(all / parts);
    const result = await load(side, texts, { connections: 64, amount });
    const [server, model] = await memoryOf(side);
    const rate = amount / ((performance.now() - begun) / 1000);
    console.log(
      `| ${part === 0 ? 'warm' : part * amount} | ${server} | ${model} | ${result.non2xx + result.errors} | ${rate.toFixed(0)} |`,
    );
  }
}

try {
  const texts = await invented(Number(values.tokens));
  const model = values.model ?? (await randomModel(texts));
  const ours = await startOurs(model);
  console.log(`load of the machine before: ${loadavg()[0]?.toFixed(1)}`);
  await load(ours, texts, { connections: 64, duration: 2 });
  if (values.overload === undefined && values.requests === undefined) {
    const peer = values.peer === undefined ? undefined : await startPeer(values.peer, texts);
    if (peer) await load(peer, texts, { connections: 1, duration: 2 });
    await compare(ours, peer, texts);
  }
  if (values.overload !== undefined) await overload(ours, texts);
  if (values.requests !== undefined) await soak(ours);
} finally {
  for (const child of running) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
