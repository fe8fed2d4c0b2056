import { CommanderError } from 'commander';

/**
 * Says what went wrong and how the process should end: 2 for what the user can mend, with its one line; 130 or 143 for
 * an interruption; 1 for a bug, with its stack. Help and version are no errors.
 */
export function exitCodeOf(error: unknown, print: (line: string) => void = console.error): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  // A file that the system does not give, such as one without permission, is the user's to mend as well.
  if (error instanceof Error && (error.name === 'UlmfitError' || 'syscall' in error)) {
    print(`ulmfit: ${error.message}`);
    return 2;
  }
  if (error instanceof Interruption) {
    print(error.message);
    return error.signal === 'SIGTERM' ? 143 : 130;
  }
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

/** The user or the system asked the process to end; what was done is saved. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(
    readonly signal: 'SIGINT' | 'SIGTERM',
    message: string,
  ) {
    super(message);
  }
}
