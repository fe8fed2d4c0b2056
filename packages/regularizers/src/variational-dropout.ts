import type { Tensor } from '@tensorflow/tfjs-core';
import { requireBelowOne } from '@ulmfit/errors';
import { dropout, type RandomKey } from '@ulmfit/kernels';
import { requireTimeMajor, type TrainingPlugin } from '@ulmfit/trainer';
import type { HiddenTap, InputTap, OutputTap } from './taps.js';

/** Drops features of `[time, batch, features]`, the same at every time step of a sequence. */
function dropFeatures(x: Tensor, rate: number, key: RandomKey): Tensor {
  return dropout(x, rate, key, [1, ...x.shape.slice(1)]);
}

/**
 * Variational dropout (Gal and Ghahramani 2016; Merity et al. 2017, section 4.2) on the input of the first layer: one
 * mask a sequence, constant over time.
 * @throws UlmfitError `BAD_RATE`; in training `BAD_LAYOUT` where the tap is not time-major
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [inputDropout(0.4)] });
 */
export function inputDropout(rate: number): TrainingPlugin<unknown, unknown, InputTap> {
  requireBelowOne('inputDropout', rate, { code: 'BAD_RATE' });
  return {
    name: 'inputDropout',
    settings: { rate },
    taps: ['input'],
    rewrite: {
      input: (x, pass, context) => {
        requireTimeMajor('inputDropout', 'input', x, context);
        return dropFeatures(x, rate, pass.random('inputDropout'));
      },
    },
  };
}

/**
 * Variational dropout between the layers, a mask of its own for each.
 * @throws UlmfitError `BAD_RATE`; in training `BAD_LAYOUT` where the tap is not time-major
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [inputDropout(0.4), hiddenDropout(0.3)] });
 */
export function hiddenDropout(rate: number): TrainingPlugin<unknown, unknown, HiddenTap> {
  requireBelowOne('hiddenDropout', rate, { code: 'BAD_RATE' });
  return {
    name: 'hiddenDropout',
    settings: { rate },
    taps: ['hidden'],
    rewrite: {
      hidden: (x, pass, context) => {
        requireTimeMajor('hiddenDropout', 'hidden', x, context);
        return dropFeatures(x, rate, pass.random(`hiddenDropout/${context.layer}`));
      },
    },
  };
}

/**
 * Variational dropout on the last layer's output, before the decoder.
 * @throws UlmfitError `BAD_RATE`; in training `BAD_LAYOUT` where the tap is not time-major
 * @example
 * const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 }); // classifiers lack that tap
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [outputDropout(0.4)] });
 */
export function outputDropout(rate: number): TrainingPlugin<unknown, unknown, OutputTap> {
  requireBelowOne('outputDropout', rate, { code: 'BAD_RATE' });
  return {
    name: 'outputDropout',
    settings: { rate },
    taps: ['output'],
    rewrite: {
      output: (x, pass, context) => {
        requireTimeMajor('outputDropout', 'output', x, context);
        return dropFeatures(x, rate, pass.random('outputDropout'));
      },
    },
  };
}
