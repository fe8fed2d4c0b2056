import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Whether a bundle is there and of today's code. In a clone `inputs.json` beside it has the hashes of what it was made of, which the
 * compiler alone may have changed since; a published package has none.
 */
export function isFresh(bundle: URL): boolean {
  if (!existsSync(bundle)) return false;
  const inputs = new URL('inputs.json', bundle);
  if (!existsSync(inputs)) return true;
  const hashes = JSON.parse(readFileSync(inputs, 'utf8')) as Readonly<Record<string, string>>;
  return Object.entries(hashes).every(([path, hash]) => {
    const file = new URL(path, inputs);
    return existsSync(file) && createHash('sha1').update(readFileSync(file)).digest('hex') === hash;
  });
}
