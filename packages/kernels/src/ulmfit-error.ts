/**
 * An error that the user can mend: its message says in one line what is wrong, where, and what to do.
 * Command lines print the message alone and exit with 2; anything else that is thrown is a bug.
 */
export class UlmfitError extends Error {
  override readonly name = 'UlmfitError';

  constructor(
    /** A stable upper-case identifier, such as `BAD_CHECKPOINT`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
