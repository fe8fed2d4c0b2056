import { readFileSync } from 'node:fs';
import { isFresh } from './is-fresh.js';

/** Columns of a help text: wide enough for any, and read well on a wide screen too. */
export const HELP_COLUMNS = 80;

/** The help of the program, under the empty name, and of each command, as the build writes them. */
export type WrittenHelp = Readonly<Record<string, string>>;

/** What `bundle.mjs` writes. */
const written = new URL('help.json', import.meta.url);

/**
 * The help that is asked for, as it was written when the program was built: nothing of the program has to be loaded. Undefined where
 * the arguments ask for something else, the screen is narrower, or the code is newer.
 * @param columns of the terminal, undefined where there is none
 */
export function writtenHelp(
  args: readonly string[],
  columns: number | undefined,
  file: URL = written,
): string | undefined {
  const last = args.at(-1);
  if ((last !== '--help' && last !== '-h') || (columns ?? HELP_COLUMNS) < HELP_COLUMNS) return undefined;
  if (!isFresh(file)) return undefined;
  // The cast: our build wrote the file.
  const help = JSON.parse(readFileSync(file, 'utf8')) as WrittenHelp;
  const command = args.slice(0, -1).join(' ');
  return Object.hasOwn(help, command) ? help[command] : undefined;
}
