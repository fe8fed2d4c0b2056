import { runCommand } from './run-command.js';

/** A Python with pip. */
export interface Python {
  readonly command: string;
  readonly version: string;
  readonly machine: string;
  readonly pipVersion: string;
}

const PROBE = `
import json, platform
try:
    import pip
    pip_version = pip.__version__
except ImportError:
    pip_version = None
print(json.dumps([platform.python_version(), platform.machine(), pip_version]))`;

/** Finds a Python 3 with pip: `$PYTHON`, `python3` or `python`. When there is none, says what is missing. */
export async function findPython(): Promise<Python | { readonly missing: string }> {
  let missing = 'no python3 was found: install Python 3 with pip';
  for (const command of [process.env.PYTHON, 'python3', 'python']) {
    if (command === undefined || command === '') continue;
    const result = await runCommand(command, ['-c', PROBE], { timeoutMilliseconds: 20_000 });
    if (result.code !== 0) continue;
    const answer = answerOf(result.stdout);
    if (answer === undefined) continue;
    const [version, machine, pipVersion] = answer;
    if (!version.startsWith('3.')) continue;
    if (pipVersion === null) {
      missing = `${command} (${version}) has no pip: install it, on Debian and Ubuntu by \`apt install python3-pip\``;
      continue;
    }
    return { command, version, machine, pipVersion };
  }
  return { missing };
}

/** The last line: a Python may be set up to greet. */
function answerOf(output: string): [string, string, string | null] | undefined {
  try {
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as [string, string, string | null];
  } catch {
    return undefined;
  }
}
