import { program } from './program.js';
import { exitCodeOf } from './exit-code.js';

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
