import {
  countWords,
  downloadImdb,
  readCorpus,
  readImdb,
  sampleCorpus,
  sampleImdb,
  type Review,
} from '@ulmfit/data-imdb';
import type { StageContext } from './stage-context.js';

/** The seed of the embedded sample: the sample is one data set, whatever the run's seed. */
const SAMPLE_SEED = 1;

/** Where reviews come from: `sample` (generated), `imdb` (the public archive, downloaded once) or a path. */
export async function loadReviews(
  source: string,
  { signal }: Pick<StageContext, 'signal'> = {},
): Promise<readonly Review[]> {
  const options = signal ? { signal } : {};
  if (source === 'sample') return sampleImdb({ seed: SAMPLE_SEED, train: 1000, test: 300, unsup: 1000 });
  return readImdb(source === 'imdb' ? await downloadImdb(options) : source, options);
}

/** General text: a path, or the embedded sample's where none is given. */
export function loadCorpus(
  source: string | undefined,
  { words, signal }: { words?: number | undefined } & Pick<StageContext, 'signal'> = {},
): readonly string[] | AsyncIterable<string> {
  if (source === undefined) return [...upTo(words, sampleCorpus({ seed: SAMPLE_SEED, documents: 200 }))];
  return readCorpus(source, { ...(words === undefined ? {} : { words }), ...(signal ? { signal } : {}) });
}

/** The first documents, up to the one with which so many words are reached: what `readCorpus` does with a file. */
function* upTo(words: number | undefined, documents: readonly string[]): Generator<string> {
  let total = 0;
  for (const document of documents) {
    yield document;
    total += countWords(document);
    if (words !== undefined && total >= words) return;
  }
}
