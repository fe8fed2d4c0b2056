import { createClassifier } from '@ulmfit/awd-lstm';
import { adam, clipGlobalNorm, fastaiDecays } from '@ulmfit/optimizers';
import {
  activationRegularization,
  classifierDropouts,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import { multiplicationsPerToken } from '../sizes.mjs';
import { randomIds } from './random-ids.mjs';
import { startEngine } from './start-engine.mjs';
import { stopwatch } from './stopwatch.mjs';

/**
 * The whole training step of the classifier, everything unfrozen, on reviews of one length read in windows of 72.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure(job) {
  await startEngine(job);
  const { size, warmup, steps } = job;
  const { batch, length, encoder } = size;
  const reviews = batch * (warmup + steps);
  const ids = randomIds(reviews * length, encoder.vocabulary);
  const documents = TokenCorpus.fromPacked(
    ids,
    Array.from({ length: reviews + 1 }, (_, i) => i * length),
  );
  const labels = Array.from({ length: reviews }, (_, i) => i % 2);
  const watch = stopwatch(job);
  const trainer = createTrainer({
    model: createClassifier({ ...encoder, window: 72, classes: 2 }, { seed: 1 }),
    optimizer: adam({ decays: fastaiDecays }),
    seed: 1,
    plugins: [
      ...classifierDropouts({ multiplier: 1 }),
      activationRegularization(2),
      temporalActivationRegularization(1),
      clipGlobalNorm(0.4),
      watch.plugin,
    ],
  });
  const train = classifierLoader(documents, labels, { batchSize: batch, window: 72 });
  await trainer.fit({ stage: 'benchmark', train, epochs: 1, lr: 1e-3 });
  const tokens = batch * length;
  return {
    seconds: watch.seconds.slice(warmup),
    tokens,
    multiplications: 3 * tokens * multiplicationsPerToken(size, { decoder: false }),
  };
}
