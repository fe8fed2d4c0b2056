import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam, clipGlobalNorm, fastaiDecays } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import { multiplicationsPerToken } from '../sizes.mjs';
import { randomIds } from './random-ids.mjs';
import { startEngine } from './start-engine.mjs';
import { stopwatch } from './stopwatch.mjs';

/**
 * The whole training step of the language model: all five dropouts, AR and TAR, clipping, Adam with weight decay.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure(job) {
  await startEngine(job);
  const { size, warmup, steps } = job;
  const tokens = size.batch * size.window;
  const text = randomIds(tokens * (warmup + steps) + 1, size.encoder.vocabulary);
  const watch = stopwatch(job);
  const trainer = createTrainer({
    model: createLanguageModel(size.encoder, { seed: 1 }),
    optimizer: adam({ decays: fastaiDecays }),
    seed: 1,
    plugins: [
      ...awdLstmDropouts(),
      activationRegularization(2),
      temporalActivationRegularization(1),
      clipGlobalNorm(0.4),
      watch.plugin,
    ],
  });
  const train = languageModelLoader(TokenCorpus.fromPacked(text, [0, text.length]), {
    batchSize: size.batch,
    window: size.window,
  });
  await trainer.fit({ stage: 'benchmark', train, epochs: 1, lr: 1e-3 });
  return {
    seconds: watch.seconds.slice(warmup),
    tokens,
    multiplications: 3 * tokens * multiplicationsPerToken(size, { decoder: true }),
  };
}
