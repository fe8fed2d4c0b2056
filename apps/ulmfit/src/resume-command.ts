import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The command as it was given, for a shell in the same folder.
 * @param argv the program, the file that it runs and the arguments
 */
export function resumeCommand(
  [, file = '', ...args]: readonly string[] = process.argv,
  folder: string = process.cwd(),
): string {
  return ulmfitCommand(args, { file, folder });
}

/** A command of `ulmfit` for a shell in the same folder, called as this process was. */
export function ulmfitCommand(
  args: readonly string[],
  { file = process.argv[1] ?? '', folder = process.cwd() }: { file?: string; folder?: string } = {},
): string {
  // Called by its file from where npx would not find it, it is called that way again.
  const isOnlyFile = basename(file) === 'ulmfit.js' && !isFoundByNpx(folder);
  return [...(isOnlyFile ? ['node', file] : ['npx', 'ulmfit']), ...args].map(quoted).join(' ');
}

/** As npx looks for it: in the folder and in those above. */
function isFoundByNpx(folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', '.bin', 'ulmfit'))) return true;
  const above = dirname(folder);
  return above !== folder && isFoundByNpx(above);
}

const quoted = (word: string): string => {
  if (/^[\w./=:@,-]+$/.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
};
