import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { CarriedStates, inferencePass } from '@ulmfit/trainer';
import { multiplicationsPerToken } from '../sizes.mjs';
import { randomIds } from './random-ids.mjs';
import { startEngine } from './start-engine.mjs';
import { stopwatch } from './stopwatch.mjs';

/**
 * The language model's forward pass outside training, to the logits of every token; the hidden states are carried on.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure(job) {
  await startEngine(job);
  const { size, warmup, steps } = job;
  const tokens = size.batch * size.window;
  const model = createLanguageModel(size.encoder, { seed: 1 });
  const ids = tensor2d(randomIds(tokens, size.encoder.vocabulary), [size.batch, size.window], 'int32');
  const carried = new CarriedStates();
  const watch = stopwatch(job);
  for (let step = 0; step < warmup + steps; step++) {
    watch.start();
    // TensorFlow runs each operation before its call returns, so there is nothing to wait for.
    tidy(() => {
      inferencePass((pass) => model.logits(model.forward({ ids, targets: ids }, pass)), carried);
    });
    watch.stop();
  }
  return {
    seconds: watch.seconds.slice(warmup),
    tokens,
    multiplications: tokens * multiplicationsPerToken(size, { decoder: true }),
  };
}
