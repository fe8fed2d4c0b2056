// How much memory many rows take: a task of a file, the linear model and `ulmfit predict`, each in a process of its own at several
// numbers of rows. See docs/performance.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../workspace.mjs';

const help = `node tools/bench/rows-memory.mjs -- [options]

  --jobs LIST   what to measure: task, linear, predict; default all
  --rows LIST   numbers of rows, each in a process of its own; default 100000,1000000
  --bytes N     bytes of a row; default 1330
  --no-build    takes what is built`;

const folder = fileURLToPath(new URL('../..', import.meta.url));
/** @param {string} name */
const load = (name) => import(join(folder, 'packages', name, 'dist/index.js'));

const classes = ['account', 'billing', 'delivery', 'returns'];

/**
 * Invented words, the frequent ones first, as Zipf has them; another text for each row.
 * @param {number} row
 * @param {number} bytes
 */
function textOf(row, bytes) {
  let state = row + 1;
  let text = `row ${row}`;
  while (text.length < bytes - 12) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += ` w${Math.floor(30_000 ** (state / 2 ** 32))}`;
  }
  return text;
}

/**
 * @param {string} path
 * @param {number} rows
 * @param {number} bytes
 */
async function writeRows(path, rows, bytes) {
  const file = createWriteStream(path);
  file.write('text,label\n');
  for (let row = 0; row < rows; row++) {
    const line = `${textOf(row, bytes)},${classes[row % classes.length]}\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** What each job does with a file; it gives the number of rows that it saw. */
const jobs = {
  /** @param {string} data */
  async task(data) {
    const { fileTask } = await load('data-files');
    const task = await fileTask({ data });
    let rows = 0;
    for (const set of ['train', 'valid']) for await (const _ of task.labelled(set)) rows++;
    await task.summary();
    return rows;
  },
  /** @param {string} data */
  async linear(data) {
    const { readRecords } = await load('data-files');
    const linear = await linearModel();
    let rows = 0;
    /** @type {string[]} */
    let chunk = [];
    for await (const { fields } of readRecords(data)) {
      chunk.push(fields.text);
      if (chunk.length < 256) continue;
      rows += linear.logits(chunk).length;
      chunk = [];
    }
    return rows + linear.logits(chunk).length;
  },
  /** @param {string} data @param {string} model */
  async predict(data, model) {
    const { program } = await import(join(folder, 'apps/ulmfit/dist/program.js'));
    await program().parseAsync(['predict', '--model', model, data], { from: 'user' });
    return undefined;
  },
};

async function linearModel() {
  const { trainLinear } = await load('linear');
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    text: textOf(i, 600),
    labels: [i % classes.length],
  }));
  return trainLinear(rows, { classes: classes.length, multiLabel: false });
}

/**
 * A bundle of the tiny preset's sizes: what its weights are changes no memory.
 * @param {string} path
 */
async function writeModel(path) {
  const { useBackend } = await load('backend-node');
  await useBackend({});
  const { createClassifier } = await load('awd-lstm');
  const { presets, saveClassifier } = await load('pipeline');
  const { fastaiTokenizer, specialTokens, Vocabulary } = await load('text');
  const words = Array.from({ length: presets.tiny.vocabulary.maxWords }, (_, i) => `w${i}`);
  const vocabulary = new Vocabulary([...specialTokens, ...words]);
  const model = createClassifier({
    ...presets.tiny.encoder,
    ...{ vocabulary: vocabulary.size, classes: classes.length },
  });
  saveClassifier(path, {
    classifier: { model, vocabulary, classes, backwards: false },
    linear: await linearModel(),
    tokenizer: fastaiTokenizer(),
    decision: { temperature: 1, linearTemperature: 1, linearWeight: 0.5 },
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: 'task,linear,predict' },
    rows: { type: 'string', default: '100000,1000000' },
    bytes: { type: 'string', default: '1330' },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const [child, data = '', model = ''] = positionals;
if (values.help) console.log(help);
else if (child === 'write-model') await writeModel(model);
else if (child !== undefined) {
  const job = jobs[/** @type {keyof typeof jobs} */ (child)];
  const begun = performance.now();
  await job(data, model);
  const seconds = (performance.now() - begun) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stderr.write(`\nMEASURED ${JSON.stringify({ seconds, peak })}\n`);
} else {
  if (!values['no-build']) build();
  const temporary = mkdtempSync(join(tmpdir(), 'ulmfit-rows-'));
  try {
    const bundle = join(temporary, 'model');
    if (values.jobs.includes('predict')) await measured('write-model', '', bundle);
    console.log('job          rows   seconds   rows/s   peak MB');
    for (const rows of values.rows.split(',').map(Number)) {
      const file = join(temporary, 'rows.csv');
      await writeRows(file, rows, Number(values.bytes));
      for (const job of values.jobs.split(',')) {
        const { seconds, peak } = (await measured(job, file, bundle)) ?? { seconds: NaN, peak: NaN };
        const cells = [rows, seconds.toFixed(1), Math.round(rows / seconds), Math.round(peak)];
        console.log(job.padEnd(8) + cells.map((cell) => String(cell).padStart(9)).join(''));
      }
      rmSync(file);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Runs a job in a process of its own, whose results nobody reads.
 * @param {string} job @param {string} file @param {string} bundle
 * @returns {Promise<{ seconds: number, peak: number } | undefined>}
 */
async function measured(job, file, bundle) {
  const script = fileURLToPath(import.meta.url);
  const started = spawn(process.execPath, [script, job, file, bundle], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  started.stderr.on('data', (text) => (told += String(text)));
  const [code] = await once(started, 'close');
  if (code !== 0) throw new Error(told);
  const found = /^MEASURED (.*)$/m.exec(told)?.[1];
  return found === undefined ? undefined : JSON.parse(found);
}
