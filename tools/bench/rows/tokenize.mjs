import { readFileSync } from 'node:fs';
import { fastaiTokenizer } from '@ulmfit/text';

/**
 * The tokenizer on one thread, a new one (with nothing remembered) for each step.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure({ texts, warmup, steps }) {
  const documents = readFileSync(texts, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => /** @type {string} */ (JSON.parse(line)));
  const seconds = [];
  let tokens = 0;
  for (let step = 0; step < warmup + steps; step++) {
    const { tokenize } = fastaiTokenizer();
    tokens = 0;
    const start = performance.now();
    for (const document of documents) tokens += tokenize(document).length;
    seconds.push((performance.now() - start) / 1e3);
  }
  return { seconds: seconds.slice(warmup), tokens };
}
