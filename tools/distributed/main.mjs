// `npm run test:distributed`: whole runs and their ends on 1, 2 and 4 ranks, held to the bytes of one process. The MPI is that whose
// mpirun and mpicxx are first in PATH.
//   --only same,stop,hang,refusals,kills   (default all)
//   --kills N        so many kills of a rank by chance (default 5)
//   --seed S         draws them
//   --other MPIRUN   the launcher of another MPI, which must be refused
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sampleCorpus } from '@ulmfit/data-imdb';
import { missing, mpiVersion, pidsOf, said, start } from './job.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'same,stop,hang,refusals,kills' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    other: { type: 'string' },
  },
});
const reason = missing();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'ulmfit-distributed-'));
const in4 = ['--threads', '1', '--slices', '4', '--preset', 'tiny'];
const few = ['--lm-reviews', '120', '--train-reviews', '96', '--test-reviews', '160'];
const whole = ['run', '--data', 'sample', ...few, ...in4];
writeFileSync(join(folder, 'corpus.txt'), sampleCorpus({ seed: 3, documents: 200 }).join('\n\n\n'));
const pretrain = ['pretrain', '--corpus', 'corpus.txt', '--save-every', '0', ...in4];
const run = (ranks, args, env = {}, mpirun = undefined) => start(ranks, args, { cwd: folder, env, mpirun });
const bytes = (...path) => readFileSync(join(folder, ...path));

let failures = 0;
function check(name, isTrue, detail = '') {
  if (!isTrue) failures++;
  console.log(`${isTrue ? 'passed' : 'FAILED'}: ${name}${isTrue || detail === '' ? '' : `\n${detail}`}`);
}

/** Numbers by chance that are the same for the same seed. */
function chance(seed) {
  let state = Number(seed) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function sameBytes() {
  const one = await run(1, [...whole, '--out', 'one']).ended;
  check('one process runs in four slices', one.code === 0, one.stderr);
  for (const ranks of [2, 4]) {
    const { code, stderr } = await run(ranks, [...whole, '--out', `of-${ranks}`]).ended;
    const isSame = (...path) => code === 0 && bytes('one', ...path).equals(bytes(`of-${ranks}`, ...path));
    const models = ['pretrain', 'finetune', 'model'];
    check(
      `${ranks} ranks end a whole run with the bytes of one process`,
      models.every((model) => isSame(model, 'weights.safetensors')),
      stderr,
    );
    check(
      'and read the test texts together, with the same report',
      code === 0 && figuresOf(`of-${ranks}`) === figuresOf('one'),
    );
  }
}

/** All that evaluation tells but its time. */
function figuresOf(run) {
  const { seconds: _, ...figures } = JSON.parse(bytes(run, 'result.json').toString()).evaluate;
  return JSON.stringify(figures);
}

async function stopAndGoOn() {
  const job = run(4, [...pretrain, '--out', 'stopped']);
  await said(job, /pretrain: \d+ steps/);
  await sleep(300);
  process.kill(job.pid, 'SIGUSR1');
  const { code, stderr } = await job.ended;
  check(
    'SIGUSR1 to mpirun saves and ends in good order',
    code === 0 && /Interrupted; progress is saved/.test(stderr),
    stderr,
  );
  const resumed = await run(2, [...pretrain, '--out', 'stopped']).ended;
  check(
    'the rest on two ranks',
    resumed.code === 0 && /resumed at step [1-9]/.test(resumed.stderr),
    resumed.stderr,
  );
  check('ends with the same bytes', bytes('stopped', 'pretrain', 'weights.safetensors').equals(reference));
}

async function hang() {
  const job = run(2, [...pretrain, '--out', 'hung'], { ULMFIT_MPI_PATIENCE: '3' });
  await said(job, /pretrain: \d+ steps/);
  const pid = pidsOf(job).get(1) ?? 0;
  process.kill(pid, 'SIGSTOP');
  const begun = performance.now();
  // The launcher can't end a process that is stopped before it goes on.
  await said(job, /no answer from rank 1/);
  const seconds = (performance.now() - begun) / 1000;
  process.kill(pid, 'SIGCONT');
  const { code, stderr } = await job.ended;
  check(
    `a rank that hangs is named after ${seconds.toFixed(1)} s, and ends all`,
    code !== 0 && /rank 0: no answer from rank 1 within 3 s/.test(stderr) && seconds < 10,
    stderr,
  );
}

async function kills(count, random) {
  let done = 0;
  let slowest = 0;
  let round = 0;
  while (done < count) {
    const out = `killed-${round++}`;
    for (;;) {
      const ranks = [4, 2, 4, 2, 1][Math.floor(random() * 5)] ?? 4;
      const job = run(ranks, [...pretrain, '--out', out]);
      const isToDie = ranks > 1 && done < count;
      if (isToDie) {
        await said(job, /pretrain: \d+ steps/);
        await sleep(random() * 1500);
        const victim = [...pidsOf(job)][Math.floor(random() * ranks)]?.[1];
        const begun = performance.now();
        if (victim !== undefined) {
          process.kill(victim, 'SIGKILL');
          done++;
        }
        await job.ended;
        slowest = Math.max(slowest, (performance.now() - begun) / 1000);
      }
      const { code, stderr } = await job.ended;
      if (code === 0) break;
      if (!isToDie) {
        check('a run that was killed goes on', false, stderr);
        return;
      }
    }
    check(
      `${done} kills: the same bytes`,
      bytes(out, 'pretrain', 'weights.safetensors').equals(reference),
      `in ${folder}/${out}`,
    );
  }
  check(`all ended within 10 s of a rank's death (the slowest in ${slowest.toFixed(1)} s)`, slowest < 10);
}

async function refusals() {
  const three = await run(3, [...pretrain, '--out', 'three']).ended;
  check(
    'three ranks are refused',
    three.code === 2 && /3 ranks, which is no power of two/.test(three.stderr),
    three.stderr,
  );
  const alone = await run(1, [...pretrain, '--out', 'alone'], {
    OMPI_COMM_WORLD_SIZE: '2',
    OMPI_COMM_WORLD_RANK: '0',
    OMPI_COMM_WORLD_LOCAL_SIZE: '2',
  }).ended;
  check(
    'a launcher that says two where MPI says one is an error',
    alone.code === 2 &&
      /the launcher (has started 2 processes, and MPI knows of 1|is that of)/.test(alone.stderr),
    alone.stderr,
  );
  if (values.other === undefined) return;
  const other = await run(2, [...pretrain, '--out', 'other'], {}, values.other);
  const { code, stderr } = await other.ended;
  const lines = stderr.split('\n').filter((line) => line.startsWith('ulmfit: '));
  check(
    `${values.other} is refused in a line: ${lines[0]}`,
    code === 2 &&
      lines.length > 0 &&
      lines.every((line) => /the launcher .* the mpirun beside it/.test(line)),
    stderr,
  );
}

console.log(mpiVersion());
const plain = await run(1, [...pretrain, '--out', 'plain']).ended;
check('one process pretrains in four slices', plain.code === 0, plain.stderr);
const reference = bytes('plain', 'pretrain', 'weights.safetensors');
const parts = {
  same: sameBytes,
  stop: stopAndGoOn,
  hang,
  refusals,
  kills: () => kills(Number(values.kills), chance(values.seed)),
};
for (const name of values.only.split(',')) await parts[name]();
if (failures === 0) rmSync(folder, { recursive: true, force: true });
console.log(failures === 0 ? 'all passed' : `${failures} FAILED`);
process.exit(failures === 0 ? 0 : 1);
