import { printLines } from './standard-output.js';
import { writtenHelp } from './quick/written-help.js';

// Progress that nobody reads any more, such as after `2>&1 | tee log` has died of the same Ctrl-C, ends no run. What can't
// be written on standard output is told by `printLines`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const help = writtenHelp(process.argv.slice(2), process.stdout.columns);
  if (help !== undefined) await printLines([help]);
  else await run();
} catch (error) {
  const { exitCodeOf } = await import('./exit-code.js');
  process.exitCode = exitCodeOf(error);
}

async function run(): Promise<void> {
  const { program } = await import('./program.js');
  const help: string[] = [];
  try {
    await program((text) => help.push(text.replace(/\n$/, ''))).parseAsync();
  } finally {
    if (help.length > 0) await printLines(help);
  }
}
