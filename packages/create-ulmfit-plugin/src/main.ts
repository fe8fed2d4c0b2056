import { runCommandLine } from './command-line.js';

const { stdin: input, stdout: output, stderr: errors } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { input, output, errors });
