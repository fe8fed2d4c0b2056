// `npm run bench`: how fast training, evaluation, tokenizing and prediction are here, and beside fastai. See docs/performance.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { build, installDependencies, installEngine } from '../workspace.mjs';
import { ChildFailed, measureOurs, measurePeer } from './children.mjs';
import { figuresOf } from './figures.mjs';
import { kernelsToLeaveOut } from './kernels-to-leave-out.mjs';
import { help, readOptions, UsageError } from './options.mjs';
import { planCases } from './plan.mjs';
import { formatResult } from './report.mjs';
import { sizes } from './sizes.mjs';
import { median } from './statistics.mjs';
import { judge } from './targets.mjs';

/** @param {string} line */
const say = (line) => console.error(line);

/**
 * @param {import('./options.mjs').Options} options
 * @returns {import('./figures.mjs').Result}
 */
function bench(options) {
  const started = performance.now();
  const [load = 0] = loadavg();
  if (load > 0.5) say(`The machine is not quiet (load ${load.toFixed(1)}): don't trust the figures.`);
  const engine = /** @type {import('./job.mjs').Engine} */ (
    measureOurs({ row: 'engine', threads: options.threads })
  );
  for (const warning of engine.warnings) say(warning);
  const { cases, skipped } = planCases(options, engine.noBfloat16);
  for (const { row, size, precision, reason } of skipped)
    say(`Skipped: ${row} ${size} ${precision}. ${reason}`);

  const without = kernelsToLeaveOut(options.without, engine.fastKernels);
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-bench-'));
  const common = {
    threads: options.threads,
    without,
    texts: join(folder, 'texts.jsonl'),
    documents: documentsOf(options),
    reviews: options.reviews,
  };
  try {
    const text = cases.some(({ row }) => row === 'tokenize')
      ? measureOurs({ ...common, row: 'texts' })
      : undefined;
    /** @type {Map<'float32' | 'bfloat16', import('./job.mjs').Products[]>} */
    const products = new Map(cases.flatMap(({ precision }) => (precision ? [[precision, []]] : [])));
    /** @type {import('./figures.mjs').Rounds[]} */
    const measured = cases.map((each) => ({ case: each, ours: [], peer: [] }));

    for (let round = 1; ; round++) {
      const at = `Round ${round} of ${options.rounds}`;
      for (const [precision, rates] of products) {
        say(`${at}: products ${precision}`);
        const size = sizes[options.sizes[0] ?? 'small'];
        const steps = options.quick ? 2 : 6;
        rates.push(measureOurs({ ...common, row: 'products', size, precision, warmup: 1, steps }));
      }
      for (const { case: each, ours, peer } of measured) {
        say(`${at}: ${[each.row, each.size, each.precision].filter(Boolean).join(' ')}`);
        const job = {
          ...common,
          ...each,
          size: sizeOf(each, options),
          precision: each.precision ?? 'float32',
        };
        const turns = [
          () => ours.push(measureOurs(job)),
          () => options.peer && peer.push(...measurePeer(options.peer, job)),
        ];
        // Who goes first changes from round to round: a machine that grows hot, or quiet, favours neither.
        for (const turn of round % 2 === 1 ? turns : turns.reverse()) turn();
      }

      const best = new Map([...products].map(([precision, rates]) => [precision, bestOf(rates)]));
      const figures = measured.map((rounds) => figuresOf(rounds, best));
      const result = {
        date: new Date().toISOString(),
        machine: machine(engine.instructionSets),
        load,
        engine,
        options: { ...options, rounds: round },
        peer: options.peer && Object.assign({}, ...measured.flatMap(({ peer }) => peer.map(versions))),
        text,
        products: Object.fromEntries(
          [...products].map(([precision, rates]) => [
            precision,
            { best: bestOf(rates), median: median(rates.map((each) => each.median)), rounds: rates },
          ]),
        ),
        figures,
        measured,
        skipped,
        targets: judge(figures, engine.defaultPrecision),
        seconds: Math.round((performance.now() - started) / 1e3),
      };
      // After every round, so that what was measured is not lost.
      if (options.json !== undefined)
        writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
      if (round === options.rounds) return result;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The sizes of a row; a quick run predicts no texts longer than a review.
 * @param {import('./plan.mjs').Case} row
 * @param {import('./options.mjs').Options} options
 */
function sizeOf({ size }, { quick }) {
  const full = sizes[size ?? 'small'];
  return quick ? { ...full, predicted: full.predicted.slice(0, 1) } : full;
}

/** How many texts to tokenize. @param {import('./options.mjs').Options} options */
function documentsOf({ sizes, quick }) {
  if (sizes.every((size) => size === 'tiny')) return 50;
  return quick ? 2000 : 5000;
}

/** @param {readonly import('./job.mjs').Products[]} rounds */
const bestOf = (rounds) => Math.max(...rounds.map(({ gflops }) => gflops));

/** @param {import('./job.mjs').PeerMeasured} answer */
const versions = ({ fastai, torch }) => ({ ...(fastai && { fastai }), ...(torch && { torch }) });

/** @param {readonly string[]} instructionSets */
function machine(instructionSets) {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    instructionSets,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
  } else {
    if (options.build) {
      installDependencies();
      build();
      installEngine();
    }
    console.log(formatResult(bench(options)));
  }
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ChildFailed)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
