import { printLines } from '../standard-output.js';
import { writtenHelp } from './written-help.js';

/**
 * What the bin runs: prints the help that was written when the program was built, or starts the program. `bundle.mjs` makes one CommonJS
 * file of it, which Node has read in the time that it takes to find a module's neighbours.
 */
export async function start(): Promise<void> {
  // Progress that nobody reads any more, such as after `2>&1 | tee log` has died of the same Ctrl-C, ends no run. What can't
  // be written on standard output is told by `printLines`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const help = writtenHelp(process.argv.slice(2), process.stdout.columns);
  if (help === undefined) {
    await import('../main.js');
    return;
  }
  try {
    await printLines([help]);
  } catch (error) {
    const { exitCodeOf } = await import('../exit-code.js');
    process.exitCode = exitCodeOf(error);
  }
}
