import { readFileSync } from 'node:fs';
import { fastaiTokenizer } from '@ulmfit/text';
import { stopwatch } from './stopwatch.mjs';

/**
 * The tokenizer on one thread, a new one (with nothing remembered) for each step.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure(job) {
  const { texts, warmup, steps } = job;
  const documents = readFileSync(texts, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => /** @type {string} */ (JSON.parse(line)));
  const watch = stopwatch(job);
  let tokens = 0;
  for (let step = 0; step < warmup + steps; step++) {
    const { tokenize } = fastaiTokenizer();
    tokens = 0;
    watch.start();
    for (const document of documents) tokens += tokenize(document).length;
    watch.stop();
  }
  return { seconds: watch.seconds.slice(warmup), tokens };
}
