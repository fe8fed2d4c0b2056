import { spawn } from 'node:child_process';

/** How a command ended. */
export interface CommandResult {
  /** The exit code; `undefined` when it could not start, was killed or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The end of what it wrote to stdout and stderr, in the order it came. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly timeoutMilliseconds?: number | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
}

const KEPT_CHARACTERS = 16_384;

/** Runs a program without a shell. Never throws: a program that can't start has no exit code. */
export function runCommand(
  command: string,
  commandArguments: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let output = '';
    const child = spawn(command, commandArguments, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMilliseconds,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    const keep = (text: string): void => {
      output = (output + text).slice(-KEPT_CHARACTERS);
      options.onOutput?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      keep(text);
    });
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: undefined, stdout, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout, output }));
  });
}

/** The line of a failed command's output that most likely says why. */
export function reasonOf(result: CommandResult): string {
  const lines = result.output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.find((line) =>
    /\b(fatal error|[Ee]rror:|ERROR:|not found|No module named)/.test(line),
  );
  return (
    telling ??
    lines.at(-1) ??
    (result.code === undefined ? 'it was killed' : `it ended with code ${result.code}`)
  );
}
