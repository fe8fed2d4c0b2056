import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { UlmfitError } from '@ulmfit/errors';
import { createPlugin } from './create-plugin.js';
import { parsePackageName } from './package-name.js';
import { pluginKinds, requireKind } from './plugin-kind.js';

/** Where a command line reads and writes. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
  readonly errors: Writable;
}

const help = `Makes a package with a plugin of your own for ULMFiT, which passes its own tests.

  npm create ulmfit-plugin NAME -- --kind KIND [--folder FOLDER]

  NAME    the package's, such as ulmfit-step-decay or @me/step-decay
${Object.entries(pluginKinds)
  .map(([kind, what], i) => `  ${i === 0 ? 'KIND' : '    '}    ${kind}: ${what}`)
  .join('\n')}
  FOLDER  a new or an empty one; default: of the package's name

What is left out is asked for.
`;

/**
 * Runs the command line.
 * @param args without the program
 * @returns the exit code: 0, or 2 for what the user can mend
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    terminal.output.write(await answer(args, terminal));
    return 0;
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    terminal.errors.write(`create-ulmfit-plugin: ${error.message}\n`);
    return 2;
  }
}

async function answer(args: readonly string[], terminal: Terminal): Promise<string> {
  const { values, positionals } = parsed(args);
  if (values.help) return help;
  if (positionals.length > 1) {
    throw new UlmfitError('BAD_OPTION', `there are ${positionals.length} names; give one: ${positionals[0]}`);
  }
  const name =
    positionals[0] ??
    (await ask(terminal, 'Name of the package', 'give a name: npm create ulmfit-plugin NAME'));
  parsePackageName(name);
  const kinds = Object.keys(pluginKinds).join(', ');
  const kind = requireKind(
    values.kind ?? (await ask(terminal, `Kind (${kinds})`, `give --kind, one of ${kinds}`)),
  );
  const created = createPlugin({ name, kind, folder: values.folder });
  return `${created.folder}: made ${created.files.join(', ')}

  cd ${created.folder}
  npm install
  npm test
`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        kind: { type: 'string', short: 'k' },
        folder: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new UlmfitError('BAD_OPTION', `${line.replace(/\.? To specify.*$|\.$/, '')}; see --help`);
  }
}

/** Asks a person. @throws UlmfitError `BAD_OPTION` where there is none */
async function ask({ input, output }: Terminal, question: string, otherwise: string): Promise<string> {
  if (!input.isTTY) throw new UlmfitError('BAD_OPTION', otherwise);
  const lines = createInterface({ input, output });
  try {
    const aborted = new Promise<never>((_, reject) =>
      lines.once('close', () => reject(new UlmfitError('BAD_OPTION', otherwise))),
    );
    return (await Promise.race([lines.question(`${question}: `), aborted])).trim();
  } finally {
    lines.close();
  }
}
