#!/usr/bin/env node
// How fast two states of the code are, or this one with and without some kernels: both do the same steps, alternating, so that
// what else disturbs the machine disturbs both, and gains of a percent or two show. See docs/performance.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildFailed, lastLine, measureOurs } from './children.mjs';
import { kernelsToLeaveOut } from './kernels-to-leave-out.mjs';
import { allRows, count, list, parse, precisions, root, sizeNames, UsageError } from './options.mjs';
import { planCases } from './plan.mjs';
import { sizes } from './sizes.mjs';
import { median, medianBounds } from './statistics.mjs';
import { table } from './table.mjs';

const help = `npm run bench:compare -- --before FOLDER [options]
npm run bench:compare -- --without LIST [options]

  --before FOLDER      a workspace of another state, built, its engine installed; default: this one
  --after FOLDER       the one that is compared with it; default: this one
  --without LIST       native kernels that the first goes without, by a part of their names
  --rows LIST          of ${allRows.join(', ')}; default: lm
  --sizes LIST         of ${sizeNames.join(', ')}; default: small
  --precisions LIST    of ${precisions.join(', ')}; default: float32
  --steps N            steps of each that count; default 40
  --threads N          default: all cores
  --json FILE          writes the seconds of every step`;

const measure = fileURLToPath(new URL('measure.mjs', import.meta.url));

/** @param {string[]} args */
async function compare(args) {
  const values = parse(args, {
    before: { type: 'string' },
    after: { type: 'string' },
    without: { type: 'string' },
    rows: { type: 'string' },
    sizes: { type: 'string' },
    precisions: { type: 'string' },
    steps: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return help;
  if (values.before === undefined && values.without === undefined) {
    throw new UsageError('give another workspace by --before, or kernels to go without by --without');
  }
  const threads = count('threads', values.threads);
  const [before, after] = [values.before, values.after].map(workspace);
  const [engine] = [before, after].map((workspace) => {
    const engine = /** @type {import('./job.mjs').Engine} */ (
      measureOurs({ row: 'engine', threads, workspace })
    );
    for (const warning of engine.warnings) console.error(`${workspace}: ${warning}`);
    return engine;
  });
  const { cases, skipped } = planCases(
    {
      rows: list('rows', values.rows, allRows, ['lm']),
      sizes: list('sizes', values.sizes, sizeNames, ['small']),
      precisions: list('precisions', values.precisions, precisions, ['float32']),
      steps: count('steps', values.steps) ?? 40,
      quick: false,
    },
    engine?.noBfloat16,
  );
  for (const { row, size, precision, reason } of skipped) {
    console.error(`Skipped: ${row} ${size} ${precision}. ${reason}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-compare-'));
  const common = { threads, texts: join(folder, 'texts.jsonl'), documents: 500, reviews: undefined };
  const sides = [
    { workspace: before, without: kernelsToLeaveOut(values.without?.split(',') ?? [], engine.fastKernels) },
    { workspace: after, without: [] },
  ];
  const results = [];
  try {
    if (cases.some(({ row }) => row === 'tokenize'))
      measureOurs({ ...common, row: 'texts', workspace: after });
    for (const each of cases) {
      const { row, size = 'small', precision = 'float32' } = each;
      console.error(['In turns:', row, each.size, each.precision].filter(Boolean).join(' '));
      const jobs = sides.map((side) => ({ ...common, ...each, size: sizes[size], precision, ...side }));
      results.push({ case: each, ...(await inTurns(jobs)) });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
  return table(
    [
      'row',
      'size',
      'precision',
      'before tokens/s',
      'after tokens/s',
      'ratio',
      '95 % of it',
      'peak MB',
      'after',
    ],
    results.map(({ case: { row, size, precision }, before, after }) => {
      const ratios = before.seconds.map((seconds, i) => seconds / after.seconds[i]);
      const rate = (/** @type {import('./job.mjs').Measured} */ { tokens, seconds }) =>
        (tokens / median(seconds)).toFixed(0);
      return [
        row,
        size ?? '',
        precision ?? '',
        rate(before),
        rate(after),
        median(ratios).toFixed(3),
        medianBounds(ratios)
          .map((bound) => bound.toFixed(3))
          .join('-'),
        String(before.peakMegabytes),
        String(after.peakMegabytes),
      ];
    }),
    3,
  );
}

/**
 * Where a workspace is; this one where none is named.
 * @param {string | undefined} folder
 * @throws UsageError
 */
function workspace(folder) {
  const path = resolve(folder ?? root);
  if (!existsSync(join(path, 'packages/pipeline/dist/index.js'))) {
    throw new UsageError(
      `${path}: no workspace of ours that is built; run \`npm ci && npm run build\` in it`,
    );
  }
  return path;
}

/**
 * Two processes that alternate steps; who goes first changes from step to step.
 * @param {readonly import('./job.mjs').Job[]} jobs
 */
async function inTurns(jobs) {
  const children = jobs.map(startChild);
  try {
    // Both are ready before one begins, so that nothing but the step runs.
    let both = (await Promise.all(children.map(({ asks }) => asks()))).every(Boolean);
    for (let step = 0; both; step++) {
      for (const child of step % 2 === 0 ? children : [...children].reverse()) {
        child.go();
        both = (await child.asks()) && both;
      }
    }
    const [before, after] = await Promise.all(children.map(({ answer }) => answer));
    return { before, after };
  } finally {
    for (const { kill } of children) kill();
  }
}

/** @param {import('./job.mjs').Job} job */
function startChild(job) {
  const child = spawn(process.execPath, [measure, JSON.stringify({ ...job, inTurns: true })], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const turns = /** @type {import('node:stream').Duplex} */ (child.stdio[3]);
  const asking = turns[Symbol.asyncIterator]();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  /** @type {Promise<import('./job.mjs').Measured>} */
  const answer = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (status, signal) => {
      if (status === 0) return done(lastLine(output.stdout));
      const how = signal ?? `exit code ${status}`;
      failed(new ChildFailed(`${job.workspace}: row ${job.row} failed (${how}):\n${output.stderr.trim()}`));
    });
  });
  // It is asked for at the end; a failure before it ends the turns.
  answer.catch(() => {});
  return {
    answer,
    /** Lets it do a step. */
    go: () => turns.write('.'),
    /** Whether it asks for another step, once it has done the last. */
    asks: async () => !(await asking.next()).done,
    kill: () => child.kill('SIGKILL'),
  };
}

try {
  console.log(await compare(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ChildFailed)) throw error;
  console.error(`compare: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
