import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/ulmfit.js', import.meta.url));

export interface Ended {
  code: number | null;
  /** What ended it from outside. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

interface UlmfitOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What it reads on standard input; nothing is there unless given. */
  stdin?: string;
  /** A file that standard output goes to. */
  stdout?: number;
  /** Sees standard error as it comes, with the process's `kill`. */
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built command in a child process. */
export const ulmfit = (args: readonly string[], options?: UlmfitOptions): Promise<Ended> =>
  startUlmfit(args, options).ended;

/** Starts it. */
export function startUlmfit(args: readonly string[], options: UlmfitOptions = {}) {
  const begun = performance.now();
  const child = spawn(process.execPath, [bin, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', options.stdout ?? 'pipe', 'pipe'],
  });
  child.stdin?.end(options.stdin);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, seconds: (performance.now() - begun) / 1000 }),
    );
  });
  return { child, ended };
}
