// The linear model beside scikit-learn on the same rows of a file:
//   node tools/bench/linear.mjs --python venv/bin/python --data packages.csv.gz --text-column title,text --label-column section \
//     --split-column split --rows-per-class 20
// `--data` takes the IMDb archive too. Without --python ours alone is measured.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../workspace.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'text-column': { type: 'string' },
    'label-column': { type: 'string' },
    'split-column': { type: 'string' },
    'rows-per-class': { type: 'string' },
    python: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});
const { data, python } = values;
if (data === undefined) {
  console.error('linear: give --data, a file or the archive of reviews');
  process.exit(2);
}
if (!values['no-build']) build();
const { fileTask } = await import('../../packages/data-files/dist/index.js');
const { imdbTask } = await import('../../packages/data-imdb/dist/index.js');
const { trainLinear } = await import('../../packages/linear/dist/index.js');
const { judge, probabilitiesOf } = await import('../../packages/pipeline/dist/index.js');

const rowsPerClass = values['rows-per-class'] === undefined ? undefined : Number(values['rows-per-class']);
const task = /\.(tar\.gz|tgz)$/.test(data)
  ? await imdbTask({ data, trainReviews: rowsPerClass === undefined ? undefined : 2 * rowsPerClass })
  : await fileTask({
      ...{ data, rowsPerClass, validShare: 0 },
      textColumns: values['text-column']?.split(','),
      labelColumn: values['label-column'],
      splitColumn: values['split-column'],
    });

/** @param {'train' | 'test'} set */
async function rowsOf(set) {
  const rows = [];
  for await (const row of task.labelled(set)) rows.push(row);
  return rows;
}
const train = await rowsOf('train');
const test = await rowsOf('test');
const begun = performance.now();
const model = await trainLinear(train, { classes: task.classes.length, multiLabel: false });
const seconds = (performance.now() - begun) / 1000;
const probabilities = probabilitiesOf(model.logits(test.map(({ text }) => text)), false);
const { accuracy, macro, logLoss } = judge(
  probabilities,
  test.map(({ labels }) => labels),
  task,
);
console.log(`${train.length} training and ${test.length} test texts of ${task.classes.length} classes`);
print('ours', { features: model.features, accuracy, macroF1: macro.f1, logLoss, seconds });

if (python !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-linear-'));
  try {
    const path = join(folder, 'rows.jsonl');
    const lines = Object.entries({ train, test }).flatMap(([set, rows]) =>
      rows.map(({ text, labels: [label = 0] }) => JSON.stringify({ set, text, label: task.classes[label] })),
    );
    writeFileSync(path, lines.join('\n'));
    const script = fileURLToPath(new URL('linear_peer.py', import.meta.url));
    const { status, stdout, stderr } = spawnSync(python, [script, path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${python}: ${stderr}`);
    print('scikit-learn', JSON.parse(stdout));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {{ features: number, accuracy: number, macroF1: number, logLoss: number, seconds: number }} figures
 */
function print(name, { features, accuracy, macroF1, logLoss, seconds: time }) {
  const cells = [accuracy, macroF1, logLoss].map((figure) => figure.toFixed(4).padStart(9)).join('');
  console.log(`${name.padEnd(14)}${String(features).padStart(9)}${cells}${time.toFixed(1).padStart(8)} s`);
}
