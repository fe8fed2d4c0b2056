// How many tokens a second one thread tokenizes of real reviews: `npm run build`, then `node tools/bench-tokenizer.mjs`.
// Reads data/aclImdb.tar.gz of the folder in ULMFIT_SHARED (default ../shared). fastai on spaCy makes about 100,000.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { englishTokenizer, fastaiTokenizer, segmenterTokenizer } from '../packages/text/dist/index.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const archive = resolve(process.env.ULMFIT_SHARED ?? resolve(root, '../shared'), 'data/aclImdb.tar.gz');
const wanted = 10_000;
const rounds = 3;

/** The texts of the first reviews of a tar archive: 512-byte headers with name and octal size, data padded to 512. */
function readReviews(path) {
  const tar = gunzipSync(readFileSync(path));
  const texts = [];
  for (let at = 0; at + 512 <= tar.length && texts.length < wanted;) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    at += 512;
    if (/\/(pos|neg|unsup)\/\d+_\d+\.txt$/.test(name)) texts.push(tar.toString('utf8', at, at + size));
    at += Math.ceil(size / 512) * 512;
  }
  return texts;
}

if (!existsSync(archive)) {
  console.error(`no ${archive}: set ULMFIT_SHARED to the folder that holds data/aclImdb.tar.gz`);
  process.exit(2);
}
const texts = readReviews(archive);
const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
console.log(
  `${texts.length} reviews, ${megabytes.toFixed(1)} million characters, ${rounds} rounds, new cache each`,
);

const segmenter = () => segmenterTokenizer({ language: 'en' });
for (const [name, create] of Object.entries({ fastaiTokenizer, englishTokenizer, segmenter })) {
  for (let round = 1; round <= rounds; round++) {
    const { tokenize } = create();
    const cpu = process.cpuUsage();
    const start = performance.now();
    let tokens = 0;
    for (const text of texts) tokens += tokenize(text).length;
    const seconds = (performance.now() - start) / 1e3;
    const cpuSeconds = process.cpuUsage(cpu).user / 1e6;
    const rate = Math.round(tokens / seconds).toLocaleString('en');
    console.log(
      `${name}: ${tokens} tokens in ${seconds.toFixed(2)} s (CPU ${cpuSeconds.toFixed(2)} s), ${rate} tokens/s`,
    );
  }
}
