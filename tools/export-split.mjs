// The labelled reviews of a split as JSON lines on standard output, for programs in other languages:
//   node tools/export-split.mjs aclImdb_v1.tar.gz --train-reviews 2000 --test-reviews 5000 --split-seed 1 > split.jsonl
// Each line is {"set": "train" | "test", "id", "label": "neg" | "pos", "text"}. The split is the one of `ulmfit run` with the
// same flags. It runs from the built packages (`npm run build`).
import { parseArgs } from 'node:util';
import { readImdb, splitImdb } from '@ulmfit/data-imdb';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'train-reviews': { type: 'string' },
    'test-reviews': { type: 'string' },
    'split-seed': { type: 'string', default: '1' },
  },
});
const [path] = positionals;
if (path === undefined) {
  console.error('export-split: give the path of aclImdb_v1.tar.gz or of the aclImdb folder');
  process.exit(2);
}
const { train, test } = splitImdb(await readImdb(path), {
  seed: Number(values['split-seed']),
  ...(values['train-reviews'] === undefined ? {} : { trainReviews: Number(values['train-reviews']) }),
  ...(values['test-reviews'] === undefined ? {} : { testReviews: Number(values['test-reviews']) }),
});
for (const [set, reviews] of Object.entries({ train, test })) {
  for (const { id, label, text } of reviews) console.log(JSON.stringify({ set, id, label, text }));
}
