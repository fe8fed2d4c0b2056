import { printLines } from './standard-output.js';

try {
  const { program } = await import('./program.js');
  const help: string[] = [];
  try {
    await program((text) => help.push(text.replace(/\n$/, ''))).parseAsync();
  } finally {
    if (help.length > 0) await printLines(help);
  }
} catch (error) {
  const { exitCodeOf } = await import('./exit-code.js');
  process.exitCode = exitCodeOf(error);
}
