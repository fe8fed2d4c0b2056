import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Collective } from '@ulmfit/trainer';

/** A folder in which a rank works as the first one does in the real one. */
export interface MirroredFolder {
  readonly path: string;
  /** Takes the copy away; the real one stays. */
  remove(): void;
}

/**
 * Gives each rank a folder with the same files: the first one the real one, the others copies that are taken away in the end. So only
 * one writes what is kept, and machines need not share a disk.
 * @param isLeftOut names within the folder that ranks need not have
 * @example
 * const { path, remove } = await mirroredFolder(ranks, 'runs/imdb');
 */
export async function mirroredFolder(
  collective: Collective,
  path: string,
  isLeftOut: (name: string) => boolean = () => false,
): Promise<MirroredFolder> {
  const isFirst = collective.rank === 0;
  const send = async (bytes: Uint8Array): Promise<Uint8Array> =>
    (await collective.gather(isFirst ? bytes : new Uint8Array(0), { isSlow: true }))[0] ?? bytes;
  const own = isFirst && existsSync(path) ? filesOf(path).filter((name) => !isLeftOut(name)) : [];
  const text = await send(new TextEncoder().encode(JSON.stringify(own)));
  const names = JSON.parse(new TextDecoder().decode(text)) as string[];
  const copy = isFirst ? undefined : mkdtempSync(join(tmpdir(), 'ulmfit-rank-'));
  for (const name of names) {
    const bytes = await send(isFirst ? readFileSync(join(path, name)) : new Uint8Array(0));
    if (copy === undefined) continue;
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    writeFileSync(join(copy, name), bytes);
  }
  return {
    path: copy ?? path,
    remove: () => {
      if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
    },
  };
}

const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name).slice(path.length).split(sep).filter(Boolean).join('/'),
    )
    .sort();
