import { spawn } from 'node:child_process';
import { UlmfitError } from '@ulmfit/errors';
import { ulmfitCommand } from '../resume-command.js';
import { printLines } from '../standard-output.js';
import { readSweep, type SweptRun } from '../sweep/sweep.js';
import { scoreOf, sweepLines } from '../sweep/sweep-table.js';

/** `ulmfit sweep FILE`: the commands of a sweep, or, with `--run`, what they give. */
export async function sweep(
  path: string,
  { run, table }: { run?: true | number; table?: boolean },
): Promise<void> {
  const runs = readSweep(path);
  if (run === undefined) {
    await printLines(table ? sweepLines(runs) : runs.map(({ args }) => ulmfitCommand(args)));
    return;
  }
  const chosen = run === true ? runs : runs.slice(run, run + 1);
  if (chosen.length === 0)
    throw new UlmfitError('BAD_OPTION', `sweep: no run ${run}; give a number from 0 to ${runs.length - 1}`);
  for (const one of chosen) {
    if (scoreOf(one)) continue;
    process.stderr.write(`${ulmfitCommand(one.args)}\n`);
    const code = await ended(one);
    if (code === 0) continue;
    process.exitCode = code;
    return;
  }
  await printLines(sweepLines(runs));
}

/** Runs one in a process of its own, which leaves no memory behind. A Ctrl-C reaches it, too: it is waited for. */
function ended({ args }: SweptRun): Promise<number> {
  return new Promise((resolve, reject) => {
    const wait = () => undefined;
    process.on('SIGINT', wait);
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], { stdio: 'inherit' });
    const stop = () => void child.kill('SIGTERM');
    process.on('SIGTERM', stop);
    child.on('error', reject).on('close', (code, signal) => {
      process.off('SIGINT', wait).off('SIGTERM', stop);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
