import { CommanderError } from 'commander';
import { oneLine } from './one-line.js';
import { terminalText } from './terminal-text.js';

/** What a shell reports of a program that SIGPIPE has ended, as it ends most whose reader is gone. Node ignores the signal. */
const READER_ENDED = 141;

/** What may end a run in good order. `SIGUSR1` is that of several ranks: `mpirun` passes it on, and gives them time. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR1';

/** What a shell reports of a program that such a signal has ended; a job that was asked to save has done as it was told. */
const INTERRUPTED: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGUSR1: 0 };

/**
 * Says what went wrong and how the process should end: 2 for what the user can mend, with its one line; 130 or 143 for
 * an interruption; 141, without a word, where nobody reads the results any more; 1 for a bug, with its stack. Help and
 * version are no errors.
 */
export function exitCodeOf(error: unknown, print: (line: string) => void = console.error): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  // By name, as the help that is printed at once comes from a bundle with classes of its own.
  if (error instanceof Error && error.name === 'ReaderEnded') return READER_ENDED;
  // A file that the system does not give, such as one without permission, is the user's to mend as well.
  if (error instanceof Error && (error.name === 'UlmfitError' || 'syscall' in error)) {
    print(`ulmfit: ${oneLine(error.message)}`);
    return 2;
  }
  // A typed array that the system has no room for: the user's to mend, by smaller sizes or more memory.
  if (error instanceof RangeError && /Array buffer allocation failed/.test(error.message)) {
    print('ulmfit: the memory is used up; choose smaller sizes or batches, or give the process more');
    return 2;
  }
  if (error instanceof Interruption) {
    print(oneLine(error.message));
    return INTERRUPTED[error.signal];
  }
  print(terminalText(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return 1;
}

/** The user or the system asked the process to end; the message says what is left of its work. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(
    readonly signal: StopSignal,
    message: string,
  ) {
    super(message);
  }
}
