import { printable } from './printable.js';

/** Shared by every copy of this package in a process: two packages may each bring one. */
const brand = Symbol.for('@ulmfit/errors/UlmfitError');

/**
 * An error that the user can fix: its message says in one line what is wrong, where, and what to do.
 * Command lines print the message alone and exit with 2; anything else that is thrown is a bug.
 *
 * `instanceof` holds across copies of this package.
 * @example
 * throw new UlmfitError('BAD_OPTION', `rate: ${rate} is not between 0 and 1; give a share`);
 */
export class UlmfitError extends Error {
  override readonly name = 'UlmfitError';

  constructor(
    /** A stable upper-case identifier, such as `BAD_CHECKPOINT`. */
    readonly code: string,
    /** Shown by {@link printable}: a name from a file may hold what a terminal obeys. */
    message: string,
    options?: ErrorOptions,
  ) {
    super(printable(message), options);
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
