import { zipSync, type Zippable } from 'fflate';

/** Where the values of stored files begin: a multiple of this, so that they can be read where they lie. */
const ALIGNMENT = 64;
const HEADER = 30;
/** The id and the length before an extra field. */
const FIELD = 4;
/** An id that nobody else uses (APPNOTE.TXT, section 4.6). */
const PADDING_ID = 0x756c;
/** The same files give the same bytes. */
const MTIME = '1980-01-01T00:00:00';

/**
 * A zip archive of files: JSON is packed, all else stored and aligned. Any unzip reads it.
 */
export function zipOf(files: Readonly<Record<string, Uint8Array | undefined>>): Uint8Array {
  const zippable: Zippable = {};
  let at = 0;
  // What is packed has a length that is not known before, so it comes last.
  const entries = Object.entries(files).sort(([a], [b]) => Number(isPacked(a)) - Number(isPacked(b)));
  for (const [name, bytes] of entries) {
    if (!bytes) continue;
    if (isPacked(name)) {
      zippable[name] = [bytes, { level: 9, mtime: MTIME }];
      continue;
    }
    const before = at + HEADER + name.length + FIELD;
    const padding = (ALIGNMENT - (before % ALIGNMENT)) % ALIGNMENT;
    zippable[name] = [bytes, { level: 0, mtime: MTIME, extra: { [PADDING_ID]: new Uint8Array(padding) } }];
    at = before + padding + bytes.length;
  }
  return zipSync(zippable);
}

const isPacked = (name: string): boolean => name.endsWith('.json');
