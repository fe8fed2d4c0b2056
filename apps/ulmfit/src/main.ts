import { program } from './program.js';
import { exitCodeOf } from './exit-code.js';
import { printLines } from './standard-output.js';

// Progress that nobody reads any more, such as after `2>&1 | tee log` has died of the same Ctrl-C, ends no run. What can't
// be written on standard output is told by `printLines`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const help: string[] = [];
  try {
    await program((text) => help.push(text.replace(/\n$/, ''))).parseAsync();
  } finally {
    if (help.length > 0) await printLines(help);
  }
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
