// How long the command line takes from the shell to its last line: node tools/bench/cold-start.mjs MODEL [--rounds 9]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../apps/ulmfit/bin/ulmfit.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' } },
});
const [model] = positionals;
if (model === undefined) {
  console.error('cold-start: give a model, such as runs/mine');
  process.exit(2);
}
const predict = ['predict', '--model', model, 'A gem: warm and funny.'];
const commands = {
  'node -e 0': ['-e', '0'],
  'ulmfit --help': [bin, '--help'],
  'ulmfit predict': [bin, ...predict],
  'ulmfit predict --backend wasm': [bin, ...predict, '--backend', 'wasm'],
  'ulmfit predict --backend tensorflow': [bin, ...predict, '--backend', 'tensorflow'],
};

const seconds = (args) => {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
};

/** In turns, so that whatever else the machine does hits all. */
const times = new Map(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round <= Number(values.rounds); round++)
  for (const [name, args] of Object.entries(commands)) {
    const time = seconds(args);
    // The first round fills the system's caches.
    if (round > 0) times.get(name)?.push(time);
  }
for (const [name, all] of times) {
  const sorted = all.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(`${name.padEnd(38)} ${(median * 1000).toFixed(0).padStart(5)} ms`);
}
