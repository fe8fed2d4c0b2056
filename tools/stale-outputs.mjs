import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what earlier builds left in `dist/` of modules that have moved since: the compiler leaves it there, and it would be packed.
 * @param {string} folder the folder of a package
 */
export function removeStaleOutputs(folder) {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) return;
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const module = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(path)?.[1];
    if (module !== undefined && !existsSync(join(folder, 'src', `${module}.ts`))) rmSync(join(dist, path));
  }
}
