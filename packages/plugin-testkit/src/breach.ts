import { UlmfitError } from '@ulmfit/errors';

/** What every test of this package throws: one line that says who breaks which rule, and what to change. */
export const breach = (who: string, message: string): UlmfitError =>
  new UlmfitError('BREAKS_PROTOCOL', `${who}: ${message}`);

/** @throws UlmfitError `BREAKS_PROTOCOL` unless something holds */
export function hold(who: string, isSo: boolean, message: () => string): void {
  if (!isSo) throw breach(who, message());
}
