import { brief } from './show.js';
import { UlmfitError } from './ulmfit-error.js';

/** What the checks of settings may be told. */
export interface CheckOptions {
  /** The error's code. Default `BAD_OPTION`. */
  readonly code?: string;
}

/**
 * Refuses a setting that makes no sense. The other checks of this file build on it.
 * @param what whose setting it is and its name, such as `adam: beta1`
 * @param must what it has to be, to be read after "it must be"
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requireThat('stretch: by', by, by > 1, 'above 1'); // stretch: by is 0; it must be above 1
 */
export function requireThat(
  what: string,
  value: unknown,
  isGood: boolean,
  must: string,
  { code = 'BAD_OPTION' }: CheckOptions = {},
): void {
  if (!isGood) throw new UlmfitError(code, `${what} is ${brief(value)}; it must be ${must}`);
}

export interface IntegerOptions extends CheckOptions {
  /** Default 1. */
  readonly from?: number;
  /** Default: no limit. */
  readonly to?: number;
}

/**
 * Refuses anything but an integer from `from` to `to`.
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requireInteger('seed', 7, { from: 0, to: 2 ** 32 - 1, code: 'BAD_SEED' });
 */
export function requireInteger(
  what: string,
  value: number,
  { from = 1, to = Number.MAX_SAFE_INTEGER, ...options }: IntegerOptions = {},
): void {
  const isGood = Number.isSafeInteger(value) && value >= from && value <= to;
  const upTo = to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`;
  requireThat(what, value, isGood, `an integer from ${from}${upTo}`, options);
}

/**
 * Refuses anything but a finite number above 0.
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requirePositive('clip', 0.25);
 */
export function requirePositive(what: string, value: number, options?: CheckOptions): void {
  requireThat(what, value, Number.isFinite(value) && value > 0, 'a finite number above 0', options);
}

/**
 * Refuses anything but a finite number from 0.
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requireNotNegative('weightDecay', 0);
 */
export function requireNotNegative(what: string, value: number, options?: CheckOptions): void {
  requireThat(what, value, Number.isFinite(value) && value >= 0, 'a finite number, 0 or above', options);
}

/**
 * Refuses anything but a number from 0 to 1.
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requireShare('validShare', 0.1);
 */
export function requireShare(what: string, value: number, options?: CheckOptions): void {
  requireThat(what, value, Number.isFinite(value) && value >= 0 && value <= 1, 'from 0 to 1', options);
}

/**
 * Refuses anything but a number from 0 to below 1, such as a dropout rate or a momentum.
 * @throws UlmfitError `BAD_OPTION`, or of the code that is given
 * @example
 * requireBelowOne('weightDrop: rate', 0.5); // 1 would throw: weightDrop: rate is 1; ...
 */
export function requireBelowOne(what: string, value: number, options?: CheckOptions): void {
  requireThat(what, value, Number.isFinite(value) && value >= 0 && value < 1, 'from 0 to below 1', options);
}
