import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parityFolder } from '../parity.js';

/** Small files that fastai and PyTorch wrote, to be spoilt too; none where they are not there. */
export function realFiles(pattern: RegExp, maximumBytes: number): Uint8Array[] {
  if (!existsSync(parityFolder)) return [];
  return readdirSync(parityFolder)
    .filter((name) => pattern.test(name) && statSync(join(parityFolder, name)).size <= maximumBytes)
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(parityFolder, name))));
}
