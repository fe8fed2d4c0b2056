// Kills the model's process of `ulmfit serve` at random moments, and has the model loaded again at others, while clients ask:
//   node tools/faults/kill-servers.mjs --events 100 --seed 1
// Each answer has to be the model's own, 429 or 503; no connection may break; in the end it is ready and ends with 0.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import { createClassifier } from '../../packages/awd-lstm/dist/index.js';
import { plainDecision, saveClassifier } from '../../packages/pipeline/dist/index.js';
import { fastaiTokenizer, specialTokens, Vocabulary } from '../../packages/text/dist/index.js';
import { Random } from './random.mjs';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const random = new Random(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-kill-servers-'));
const bin = fileURLToPath(new URL('../../apps/ulmfit/bin/ulmfit.js', import.meta.url));

const vocabulary = new Vocabulary([...specialTokens, 'the', 'film', 'was', 'good', 'bad']);
const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
saveClassifier(folder, { classifier, tokenizer: fastaiTokenizer(), decision: plainDecision });

const server = spawn(process.execPath, [bin, 'serve', folder, '--port', '0', '--backend', 'cpu'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
let port = 0;
for await (const line of createInterface({ input: server.stdout })) {
  port = Number(/:(\d+)$/.exec(line)?.[1]);
  break;
}
const at = (/** @type {string} */ path) => `http://127.0.0.1:${port}${path}`;
const ask = () =>
  fetch(at('/classify'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ texts: ['The film was good.', 'bad'] }),
  });
const expected = await (await ask()).text();

/** How often each answer came. @type {Record<string, number>} */
const counts = {};
let isOn = true;
const clients = Array.from({ length: 6 }, async () => {
  while (isOn) {
    const answer = await ask().then(
      async (response) => {
        const text = await response.text();
        return response.status === 200 && text !== expected ? 'another answer' : String(response.status);
      },
      (error) => `no answer: ${error.cause ?? error}`,
    );
    counts[answer] = (counts[answer] ?? 0) + 1;
    if (answer !== '200') await wait(20);
  }
});

/** The processes of models. */
function children() {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' });
    return listed.trim().split(/\s+/).map(Number);
  } catch {
    return []; // ps says so where there is none
  }
}
const ready = async () => {
  while (!(await fetch(at('/health'))).ok) await wait(50);
};

let [kills, reloads] = [0, 0];
for (let event = 0; event < Number(values.events); event++) {
  await ready();
  await wait(random.below(400));
  if (random.below(1) < 0.4) {
    server.kill('SIGHUP');
    reloads++;
    continue;
  }
  const running = children();
  const pid = running[Math.floor(random.below(running.length))];
  if (pid === undefined) continue;
  process.kill(pid, 'SIGKILL');
  kills++;
}
await ready();
// What was asked for last is loaded still.
await wait(3000);
await ready();
isOn = false;
await Promise.all(clients);
const left = children().length;
server.kill('SIGTERM');
const code = await new Promise((resolve) => server.once('exit', resolve));
rmSync(folder, { recursive: true });
model.dispose();

console.log(
  `${kills} kills, ${reloads} reloads: ${JSON.stringify(counts)}; ${left} process left, exit code ${code}`,
);
const isSound = Object.keys(counts).every((answer) => ['200', '429', '503'].includes(answer));
process.exitCode = isSound && left === 1 && code === 0 ? 0 : 1;
