import { UlmfitError } from '@ulmfit/errors';

/** @throws UlmfitError `BAD_OPTION` unless the setting is a number in [low, high). */
export function requireWithin(name: string, value: number, low: number, high = Infinity): void {
  if (!(value >= low && value < high)) {
    throw new UlmfitError('BAD_OPTION', `${name}: ${value} is not in [${low}, ${high})`);
  }
}

/** @throws UlmfitError `BAD_OPTION` unless the setting is a finite number above 0. */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new UlmfitError('BAD_OPTION', `${name}: ${value} is not a positive number`);
  }
}
