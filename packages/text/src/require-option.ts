import { UlmfitError } from '@ulmfit/errors';

/** @throws UlmfitError `BAD_OPTION` when a setting is not 1, 2, 3, ... */
export function requirePositiveInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new UlmfitError('BAD_OPTION', `${name}: ${value} is not a positive integer`);
  }
}
