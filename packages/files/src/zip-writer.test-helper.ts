import { joined, utf8 } from './mutate.test-helper.js';

/** A file of a zip archive. Whatever is given beside name and data is written as it is, true or not. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** The data as they stand in the archive, by deflate. Default: stored. */
  readonly packed?: Uint8Array;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
  readonly offset?: number;
  readonly flags?: number;
  /** An earlier entry whose bytes in the archive are this one's too. */
  readonly sharedWith?: string;
}

/** A zip archive that may lie (APPNOTE.TXT, section 4.3). */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const places = new Map<string, number>();
  const sums = new Map<Uint8Array, number>();
  let at = 0;
  for (const entry of entries) {
    const { name, data, packed, flags = 0, size = data.length, sharedWith } = entry;
    const stored = packed ?? data;
    const method = entry.method ?? (packed ? 8 : 0);
    const crc = entry.crc ?? sums.get(data) ?? crc32(data);
    sums.set(data, crc);
    const common = [u16(flags), u16(method), u32(0), u32(crc), u32(stored.length), u32(size)];
    const bytes = utf8(name);
    const place = (sharedWith !== undefined ? places.get(sharedWith) : undefined) ?? at;
    places.set(name, place);
    if (place === at) {
      const file = joined(u32(0x04034b50), u16(20), ...common, u16(bytes.length), u16(0), bytes, stored);
      files.push(file);
      at += file.length;
    }
    directory.push(
      joined(u32(0x02014b50), u16(20), u16(20), ...common, u16(bytes.length), u16(0), u16(0)),
      joined(u16(0), u16(0), u32(0), u32(entry.offset ?? place), bytes),
    );
  }
  const index = joined(...directory);
  const count = u16(entries.length);
  return joined(...files, index, u32(0x06054b50), u32(0), count, count, u32(index.length), u32(at), u16(0));
}

const u16 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff);
const u32 = (n: number) => new Uint8Array(Uint32Array.of(n).buffer);

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
