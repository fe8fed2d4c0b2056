import { UlmfitError } from '@ulmfit/errors';

/** @throws UlmfitError `BAD_RATE` unless it is a number in [0, 1). */
export function requireRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new UlmfitError('BAD_RATE', `${name}: ${rate} is not in [0, 1)`);
}
