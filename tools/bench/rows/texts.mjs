import { writeFileSync } from 'node:fs';
import { readImdb, sampleImdb } from '@ulmfit/data-imdb';

/**
 * Writes the texts that are tokenized: real reviews where there are any, else invented ones.
 * @param {import('../job.mjs').Job} job
 */
export async function measure({ texts, documents, reviews }) {
  const read = reviews === undefined ? sampleImdb({ seed: 1, train: documents }) : await readImdb(reviews);
  // Every so-manieth, so that all parts of the archive are there.
  const stride = Math.max(1, Math.floor(read.length / documents));
  const chosen = read.filter((_, i) => i % stride === 0).slice(0, documents);
  writeFileSync(texts, chosen.map(({ text }) => `${JSON.stringify(text)}\n`).join(''));
  return { documents: chosen.length, invented: reviews === undefined };
}
