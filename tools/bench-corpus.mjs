// `npm run bench:corpus`: how much time and memory a corpus of any length takes from its file to batches, by the code that
// `ulmfit pretrain` runs. See docs/large-data.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, root } from './workspace.mjs';

const help = `npm run bench:corpus -- [options]

  --words LIST     lengths of the corpus in words, each in a process of its own; default 1000000,10000000
  --corpus PATH    repeated to that length; default: data/wikipedia-train.txt.gz in ULMFIT_SHARED or ../shared where it is
                   there, else invented articles
  --workers N      threads that tokenize; default: one a core, 8 at most
  --no-build       takes what is built`;

/**
 * What a child process measures.
 * @typedef {{ words: number, corpus: string | undefined, workers: number, folder: string }} Job
 * @typedef {{ documents: number, tokens: number, vocabulary: number, batches: number, isCached: boolean,
 *   tokenizeSeconds: number, cpuSeconds: number, idsSeconds: number, batchesSeconds: number, peakMegabytes: number }} Measured
 */

/** The documents, again and again, up to so many words; one pass of the file is in memory at no time. */
async function* repeated(/** @type {string | undefined} */ path, /** @type {number} */ words) {
  const { countWords } = await import('../packages/text/dist/index.js');
  const { readCorpus } = await import('../packages/data-files/dist/index.js');
  const { sampleCorpus } = await import('../packages/data-imdb/dist/index.js');
  const sample = path === undefined ? sampleCorpus({ seed: 1, documents: 2000 }) : [];
  for (let total = 0; total < words;) {
    for await (const document of path === undefined ? sample : readCorpus(path)) {
      yield document;
      total += countWords(document);
      if (total >= words) return;
    }
  }
}

/**
 * From the text to the last batch of an epoch.
 * @param {Job} job
 * @returns {Promise<Measured>}
 */
async function measure({ words, corpus: path, workers, folder }) {
  const { enableProdMode } = await import('@tensorflow/tfjs-core');
  enableProdMode(); // It says nothing of a faster backend.
  await import('@tensorflow/tfjs-backend-cpu');
  const { buildVocabulary, fastaiTokenizer, languageModelLoader } =
    await import('../packages/text/dist/index.js');
  const { presets, TokenCache, tokenized } = await import('../packages/pipeline/dist/index.js');
  const { disposeBatch } = await import('../packages/trainer/dist/index.js');
  let isCached = false;
  let begun = performance.now();
  const lap = () => {
    const seconds = (performance.now() - begun) / 1e3;
    begun = performance.now();
    return seconds;
  };
  const builder = await tokenized(repeated(path, words), fastaiTokenizer(), {
    workers,
    cache: new TokenCache({ folder, onProblem: console.error }),
    content: async () => `${path} repeated to ${words} words`,
    onEvent: (event) => {
      if (event.type === 'tokenize') isCached = event.cached === true;
    },
  });
  const tokenizeSeconds = lap();
  const { user, system } = process.cpuUsage();
  const { vocabulary: options, languageModel } = presets.small;
  const vocabulary = buildVocabulary(builder.counts(), options);
  const corpus = builder.build(vocabulary);
  const idsSeconds = lap();
  const { batchSize, window } = languageModel;
  const loader = languageModelLoader(corpus, { batchSize, window, shuffle: true, jitter: true });
  let batches = 0;
  for (const batch of loader.open({ epoch: 0, batch: 0 })) {
    disposeBatch(batch);
    batches++;
  }
  return {
    documents: corpus.length,
    tokens: corpus.tokens,
    vocabulary: vocabulary.size,
    batches,
    isCached,
    tokenizeSeconds,
    cpuSeconds: (user + system) / 1e6,
    idsSeconds,
    batchesSeconds: lap(),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/**
 * @param {Job} job
 * @returns {Measured}
 */
function inChild(job) {
  const { status, signal, stdout } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), JSON.stringify(job)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) {
    console.error(`${job.words} words: failed (${signal ?? `exit code ${status}`})`);
    process.exit(1);
  }
  return JSON.parse(stdout);
}

/**
 * @param {string} name
 * @param {string} text
 */
function count(name, text) {
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  console.error(`bench:corpus: --${name} ${text} is not a number from 1`);
  return process.exit(2);
}

function main() {
  const { values } = parseArgs({
    options: {
      words: { type: 'string', default: '1000000,10000000' },
      corpus: { type: 'string' },
      workers: { type: 'string', default: String(Math.min(availableParallelism(), 8)) },
      'no-build': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const lengths = values.words.split(',').map((text) => count('words', text));
  const workers = count('workers', values.workers);
  const shared = resolve(process.env['ULMFIT_SHARED'] ?? join(dirname(root), 'shared'));
  const given = resolve(values.corpus ?? join(shared, 'data/wikipedia-train.txt.gz'));
  if (values.corpus !== undefined && !existsSync(given)) {
    console.error(`bench:corpus: ${given}: no such file; give a .txt, a .txt.gz or a folder of them`);
    process.exit(2);
  }
  if (!values['no-build']) build();
  const corpus = existsSync(given) ? given : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-corpus-'));
  console.log(`${corpus ?? 'invented articles'}, repeated; ${workers} threads tokenize\n`);
  const row = (/** @type {readonly (string | number)[]} */ cells) => console.log(`| ${cells.join(' | ')} |`);
  const columns =
    'words,documents,tokens,tokenize s,CPU s,tokens/s,ids s,epoch s,peak MB,from the cache s,its peak MB'.split(
      ',',
    );
  row(columns);
  row(columns.map(() => '---'));
  try {
    for (const words of lengths) {
      const job = { words, corpus, workers, folder };
      const first = inChild(job);
      const again = inChild(job);
      if (first.isCached || !again.isCached) throw new Error('the cache was not used');
      row([
        words.toLocaleString('en'),
        first.documents.toLocaleString('en'),
        first.tokens.toLocaleString('en'),
        first.tokenizeSeconds.toFixed(1),
        first.cpuSeconds.toFixed(1),
        Math.round(first.tokens / first.tokenizeSeconds).toLocaleString('en'),
        first.idsSeconds.toFixed(1),
        first.batchesSeconds.toFixed(1),
        first.peakMegabytes.toLocaleString('en'),
        again.tokenizeSeconds.toFixed(1),
        again.peakMegabytes.toLocaleString('en'),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [job = ''] = process.argv.slice(2);
if (job.startsWith('{')) console.log(JSON.stringify(await measure(JSON.parse(job))));
else main();
