import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sizes } from './sizes.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shared = resolve(process.env.ULMFIT_SHARED ?? resolve(root, '../shared'));

export const allRows = /** @type {const} */ (['lm', 'classifier', 'eval', 'tokenize', 'predict']);
export const sizeNames = /** @type {import('./sizes.mjs').SizeName[]} */ (Object.keys(sizes));
export const precisions = /** @type {const} */ (['float32', 'bfloat16']);

export const help = `npm run bench -- [options]

  --rows LIST          of ${allRows.join(', ')}; default: all
  --sizes LIST         of ${sizeNames.join(', ')}; default: small,paper
  --precisions LIST    of ${precisions.join(', ')}; default: both, as far as the processor multiplies them
  --rounds N           how often each row is measured, in a new process each time; default 3, with --quick 1
  --steps N            steps of a round that count; default 6, with --quick fewer
  --quick              at most 3 minutes on a quiet machine, without --peer
  --threads N          default: all cores
  --without LIST       native kernels to go without, by a part of their names: lstm, dropout, softmax, adam, product;
                       ULMFIT_NATIVE=0 turns all off
  --reviews PATH       the archive of reviews to tokenize; default: data/aclImdb.tar.gz in ULMFIT_SHARED or ../shared where it
                       is there, else invented ones
  --peer PYTHON        a Python that has fastai: measures it in alternation
  --peer-script PATH   its training step; default: bench/fastai_step.py in ULMFIT_SHARED or ../shared
  --json FILE          writes everything that was measured
  --no-build           takes what is built and installed`;

/** A mistake in what was asked for: one line, exit code 2. */
export class UsageError extends Error {}

/**
 * @typedef {object} Options
 * @property {readonly (typeof allRows[number])[]} rows
 * @property {readonly (import('./sizes.mjs').SizeName)[]} sizes
 * @property {readonly ('float32' | 'bfloat16')[]} precisions
 * @property {number} rounds
 * @property {number | undefined} steps
 * @property {boolean} quick
 * @property {number | undefined} threads
 * @property {readonly string[]} without
 * @property {string | undefined} reviews
 * @property {{ python: string, script: string } | undefined} peer
 * @property {string | undefined} json
 * @property {boolean} build
 */

/**
 * Reads the command line; undefined where it asks for help.
 * @param {string[]} args
 * @returns {Options | undefined}
 * @throws UsageError
 */
export function readOptions(args) {
  const values = parse(args, {
    rows: { type: 'string' },
    sizes: { type: 'string' },
    precisions: { type: 'string' },
    rounds: { type: 'string' },
    steps: { type: 'string' },
    quick: { type: 'boolean' },
    threads: { type: 'string' },
    without: { type: 'string' },
    reviews: { type: 'string' },
    peer: { type: 'string' },
    'peer-script': { type: 'string' },
    json: { type: 'string' },
    'no-build': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return undefined;
  const quick = values.quick ?? false;
  const rounds = count('rounds', values.rounds) ?? (quick && values.peer === undefined ? 1 : 3);
  if (values.peer !== undefined && rounds < 3) {
    throw new UsageError(`--rounds ${rounds}: the peer is compared over three rounds at least`);
  }
  if (values.reviews !== undefined && !existsSync(values.reviews)) {
    throw new UsageError(`--reviews ${values.reviews}: no such file`);
  }
  const found = values.reviews ?? resolve(shared, 'data/aclImdb.tar.gz');
  return {
    rows: list('rows', values.rows, allRows, allRows),
    sizes: list('sizes', values.sizes, sizeNames, ['small', 'paper']),
    precisions: list('precisions', values.precisions, precisions, precisions),
    rounds,
    steps: count('steps', values.steps),
    quick,
    threads: count('threads', values.threads),
    without: values.without?.split(',') ?? [],
    reviews: existsSync(found) ? found : undefined,
    peer: values.peer === undefined ? undefined : peer(values.peer, values['peer-script']),
    json: values.json,
    build: !(values['no-build'] ?? false),
  };
}

/**
 * @template {import('node:util').ParseArgsOptionsConfig} T
 * @param {string[]} args
 * @param {T} options
 * @throws UsageError
 */
export function parse(args, options) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The words of a flag, separated by commas.
 * @template {string} T
 * @param {string} name
 * @param {string | undefined} value
 * @param {readonly T[]} known
 * @param {readonly T[]} otherwise
 * @returns {readonly T[]}
 */
export function list(name, value, known, otherwise) {
  if (value === undefined) return otherwise;
  return value.split(',').map((word) => {
    const found = known.find((each) => each === word);
    if (found === undefined) throw new UsageError(`--${name} ${word}: there are ${known.join(', ')}`);
    return found;
  });
}

/** @param {string} name @param {string | undefined} value */
export function count(name, value) {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`--${name} ${value}: give a number from 1 on`);
  return number;
}

/** @param {string} python @param {string | undefined} path */
function peer(python, path) {
  const script = path ?? resolve(shared, 'bench/fastai_step.py');
  if (!existsSync(script))
    throw new UsageError(`${script}: no such file; give the peer's training step by --peer-script`);
  return { python, script };
}
