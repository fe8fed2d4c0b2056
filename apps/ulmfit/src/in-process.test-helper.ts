import { Writable } from 'node:stream';
import { vi } from 'vitest';
import { exitCodeOf } from './exit-code.js';
import { program } from './program.js';

/** What a command printed and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in this process, on plain JavaScript: no engine has to start. */
export async function ulmfitHere(args: readonly string[]): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const spies = [
    vi.spyOn(process, 'stdout', 'get').mockReturnValue(
      new Writable({
        write: (chunk: Buffer, _, done) => done(void (stdout += chunk.toString())),
      }) as typeof process.stdout,
    ),
    vi
      .spyOn(process.stderr, 'write')
      .mockImplementation((text: string | Uint8Array) => Boolean((stderr += String(text)))),
  ];
  try {
    await program((text) => void (stdout += text)).parseAsync([...args, '--backend', 'cpu'], {
      from: 'user',
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const code = exitCodeOf(error, (line) => void (stderr += `${line}\n`));
    return { code, stdout, stderr };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
