import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const measure = fileURLToPath(new URL('measure.mjs', import.meta.url));
const tokenizeScript = fileURLToPath(new URL('fastai_tokenize.py', import.meta.url));

/** What a child process says went wrong. */
export class ChildFailed extends Error {}

/**
 * Measures one row of ours in a process of its own.
 * @param {Partial<import('./job.mjs').Job> & { row: string }} job
 */
export function measureOurs(job) {
  return answerOf(process.execPath, [measure, JSON.stringify(job)], `our row ${job.row}`);
}

/**
 * Measures the same row of fastai's: one answer, or none where it has no such row.
 * @param {{ python: string, script: string }} peer
 * @param {import('./job.mjs').Job} job
 * @returns {import('./job.mjs').PeerMeasured[]}
 */
export function measurePeer({ python, script }, job) {
  const { size } = job;
  const what = `the peer's row ${job.row}`;
  if (job.row === 'predict') return [];
  if (job.row === 'tokenize') return [answerOf(python, [tokenizeScript, job.texts], what)];
  const values = {
    emb: size.encoder.embedding,
    hid: size.encoder.hidden,
    layers: size.encoder.layers,
    vocab: size.encoder.vocabulary,
    bs: size.batch,
    bptt: size.window,
    steps: job.steps,
    length: size.length,
    ...(job.threads === undefined ? {} : { threads: job.threads }),
  };
  const flags = {
    '--bf16': job.precision === 'bfloat16',
    '--classifier': job.row === 'classifier',
    '--predict': job.row === 'eval',
  };
  const args = [
    ...Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...Object.entries(flags).flatMap(([flag, on]) => (on ? [flag] : [])),
  ];
  return [answerOf(python, [script, ...args], what)];
}

/**
 * Runs a program to its end and reads the last line that it prints as JSON.
 * @param {string} program
 * @param {string[]} args
 * @param {string} what
 */
function answerOf(program, args, what) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw new ChildFailed(`${what}: ${program} doesn't run: ${error.message}`);
  if (status !== 0)
    throw new ChildFailed(`${what} failed (${signal ?? `exit code ${status}`}):\n${stderr.trim()}`);
  return lastLine(stdout);
}

/** The last line that a program printed, which is JSON. @param {string} output */
export const lastLine = (output) => JSON.parse(output.trim().split('\n').at(-1) ?? '');
