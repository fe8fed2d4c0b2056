// `npm run test:fuzz`: hundreds of thousands of spoilt and hostile files for every reader. See docs/reliability.md.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FuzzResult } from './fuzz-reader.js';
import { readers } from './readers.js';

const help = `npm run test:fuzz -- [options]

  --inputs N      for each reader; default 100000
  --seed S        default 1
  --readers LIST  of ${Object.keys(readers).join(', ')}; default: all
  --shard N       inputs of a process; default 25000
  --jobs N        processes at a time; default 1
  --only N        this one input of the readers, to look into a failure`;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    readers: { type: 'string', default: Object.keys(readers).join() },
    shard: { type: 'string', default: '25000' },
    jobs: { type: 'string', default: '1' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const [inputs, seed, share, jobs] = [values.inputs, values.seed, values.shard, values.jobs].map(Number) as [
  number,
  number,
  number,
  number,
];
const names = values.readers.split(',');
const wrong =
  [inputs, seed, share, jobs].some((n) => !Number.isSafeInteger(n) || n < 0) || share < 1 || jobs < 1;
const unknown = names.find((name) => !readers[name]);
if (wrong || unknown !== undefined) {
  console.error(unknown === undefined ? 'fuzz: expected whole numbers' : `fuzz: no reader ${unknown}`);
  process.exit(2);
}

/** The heap that a process may have: what needs more crashes, and is found. */
const heapMegabytes = 512;

interface ShardResult extends FuzzResult {
  readonly peakMegabytes: number;
}

/** Runs a share of the inputs in a process of its own, whose crash is a failure like others. */
async function shard(reader: string, from: number, to: number): Promise<ShardResult> {
  let answer = '';
  const status = await run('shard.ts', [JSON.stringify({ reader, seed, from, to })], (line) => {
    if (line.startsWith('{')) answer = line;
  });
  if (status === 0 && answer !== '') return JSON.parse(answer) as ShardResult;
  const failures = [`${reader}: the process of inputs ${from} to ${to} ended with ${status}`];
  const nothing = {
    accepted: 0,
    refused: {},
    slowest: 0,
    mostMemory: 0,
    peakMegabytes: 0,
  };
  return { inputs: 0, ...nothing, failures };
}

/** Runs a file of this folder in a process of its own. Resolves to its exit code. */
async function run(
  file: string,
  args: readonly string[],
  onLine: (line: string) => void,
  flags: readonly string[] = [`--max-old-space-size=${heapMegabytes}`],
) {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@ulmfit/source', '--import', './tools/typescript-loader.mjs'],
      ...flags,
      fileURLToPath(new URL(file, import.meta.url)),
      ...args,
    ],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  return ended;
}

const started = performance.now();
const failures: string[] = [];
console.log('| reader | inputs | accepted | refused | slowest, ms/MB | one file, MB | process, MB |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const name of names) {
  const [first, end] =
    values.only === undefined ? [0, inputs] : [Number(values.only), Number(values.only) + 1];
  const starts = Array.from({ length: Math.ceil((end - first) / share) }, (_, i) => first + i * share);
  const results: ShardResult[] = [];
  const work = async () => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift())
      results.push(await shard(name, from, Math.min(end, from + share)));
  };
  await Promise.all(Array.from({ length: jobs }, work));
  failures.push(...results.flatMap((result) => result.failures));
  const sum = (of: (result: ShardResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: ShardResult) => number) => Math.ceil(Math.max(...results.map(of)));
  const refused = new Map<string, number>();
  for (const result of results)
    for (const [code, count] of Object.entries(result.refused))
      refused.set(code, (refused.get(code) ?? 0) + count);
  const codes = [...refused].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  const cells = [name, sum((r) => r.inputs), sum((r) => r.accepted), codes.join(', ')];
  console.log(
    `| ${[...cells, most((r) => r.slowest), most((r) => r.mostMemory), most((r) => r.peakMegabytes)].join(' | ')} |`,
  );
}
if (names.includes('tokenizer') && values.only === undefined) {
  console.log('');
  // Room enough, so that what is timed is the tokenizer and not the collector at its limit.
  const status = await run('linear-time.ts', [], console.log, ['--expose-gc', '--max-old-space-size=4096']);
  if (status !== 0) failures.push('tokenizer: its time is not linear');
}
console.log(`\nseed ${seed}, ${Math.round((performance.now() - started) / 1000)} s`);
for (const failure of failures) console.error(failure);
process.exit(failures.length > 0 ? 1 : 0);
