import { requireInteger, requireThat } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';

export interface StepDecayOptions {
  /** Updates between two falls, from 1. */
  readonly every: number;
  /** What each fall multiplies the rate by, above 0 and below 1. */
  readonly factor: number;
  /** The least that all falls come to, above 0. Default 1e-6. */
  readonly least?: number;
}

/**
 * Lets the learning rate fall by `factor` each `every` updates.
 * @throws UlmfitError `BAD_OPTION`
 */
export function stepDecay({ every, factor, least = 1e-6 }: StepDecayOptions): TrainingPlugin {
  requireInteger('stepDecay: every', every);
  requireThat('stepDecay: factor', factor, factor > 0 && factor < 1, 'above 0 and below 1');
  requireThat('stepDecay: least', least, least > 0 && least <= 1, 'above 0 and up to 1');
  return {
    name: 'stepDecay',
    settings: { every, factor, least },
    rate: ({ step }) => Math.max(least, factor ** Math.floor(step / every)),
  };
}
