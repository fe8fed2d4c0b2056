import { useBackend } from '@ulmfit/backend-node';
import { sampleCorpus, sampleImdb } from '@ulmfit/data-imdb';
import { imdb } from './imdb.js';

const { backend, warnings } = await useBackend();
for (const warning of warnings) console.error(`imdb: ${warning}`);
console.log(`ULMFiT on invented film reviews, on ${backend}`);
const begun = performance.now();
await imdb({
  // Both are invented by a grammar. `readImdb(await downloadImdb())` and `readCorpus('wiki.txt.gz')` read real text.
  reviews: sampleImdb({ seed: 1, train: 1000, test: 300, unsup: 1000 }),
  corpus: sampleCorpus({ seed: 1, documents: 200 }),
  sizes: {
    encoder: { embedding: 32, hidden: 64, layers: 3 }, // ULMFiT: 400, 1150, 3
    maxWords: 2000, // 30,000
    batchSize: 16, // 64
    window: 35, // 70
    languageModelEpochs: 2, // 15 at most
    classifierEpochs: 3, // 50 at most
    lr: 2e-2, // .004 for the language model, .01 for the classifier
    divisor: 1.5, // 2.6
    dropout: 0.1, // 1
  },
  seed: 1,
  say: (line) => console.log(line),
});
console.log(
  `done in ${((performance.now() - begun) / 1000).toFixed(0)} s: apps/imdb/src/imdb.ts is the whole of it`,
);
