import { requirePositive, UlmfitError } from '@ulmfit/errors';
import type { Json } from '@ulmfit/trainer';
import type { Weight } from './weight.js';
import type { PerturbationSize } from './words-of-texts.js';

/** How far the words of a text are moved, and how much that counts. */
export interface PerturbationOptions {
  /** The norm of the perturbation of a text as a share of the norm of its words. Default .02. */
  readonly share?: number | undefined;
  /** The norm itself, instead of the share: the paper has 5 for words of unit variance. */
  readonly norm?: number | undefined;
  /** The weight of the loss term; by time, such as `rampUp()`, where there are few labels. Default 1. */
  readonly weight?: Weight | undefined;
}

const SHARE = 0.02;

/** @throws UlmfitError `BAD_OPTION` */
export function requireSize(plugin: string, { share, norm }: PerturbationOptions): PerturbationSize {
  if (share !== undefined && norm !== undefined)
    throw new UlmfitError('BAD_OPTION', `${plugin}: share and norm exclude each other; give one of them`);
  if (norm !== undefined) {
    requirePositive(`${plugin}: norm`, norm);
    return { norm };
  }
  requirePositive(`${plugin}: share`, share ?? SHARE);
  return { share: share ?? SHARE };
}

/** What a run is held to: a weight by time is a function, which can't be compared. */
export const perturbationSettings = ({
  share,
  norm,
  weight = 1,
}: PerturbationOptions): Record<string, Json> => ({
  ...(norm === undefined ? { share: share ?? SHARE } : { norm }),
  ...(typeof weight === 'number' && { weight }),
});
