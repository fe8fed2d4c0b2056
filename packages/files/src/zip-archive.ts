import { showName, UlmfitError } from '@ulmfit/errors';
import { Inflate } from 'fflate';
import { ByteReader } from './byte-reader.js';

// The format: PKWARE's APPNOTE.TXT, sections 4.3 (records) and 4.5.3 (64-bit sizes).
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const END_64_BYTES = 56;
const LOCATOR_BYTES = 20;
const LOCAL_BYTES = 30;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

/** What is read whole hardly compresses, as weights do: what claims to grow more than this much is a bomb. */
const MAX_GROWTH = 64;
const MIN_BUDGET = 2 ** 24;
/** Packed bytes to unpack at a time: deflate makes 16 MB of them at most, and then the size is looked at. */
const PIECE = 2 ** 14;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** Bytes that can be read at any place, in memory or on a disk. */
export interface ZipSource {
  readonly size: number;
  /** So many bytes from `at` on; fewer where the source ends. */
  read(at: number, length: number): Uint8Array;
}

/** Where the packed bytes of a file lie, and what they unpack to. */
export interface ZipLocation {
  readonly start: number;
  readonly packedBytes: number;
  readonly isDeflated: boolean;
  readonly bytes: number;
  readonly crc: number;
}

/**
 * The files of a zip archive, stored or deflated, with 64-bit sizes or without.
 * @example
 * const zip = new ZipArchive(readFile('model.ulmfit'), 'model.ulmfit');
 * for (const name of zip.names) console.log(name, zip.read(name).length);
 */
export class ZipArchive {
  private readonly source: ZipSource;
  private readonly entries: ReadonlyMap<string, Entry>;
  /** Bytes still to be read: entries may share their data, and one may be read again and again. */
  private budget: number;

  /**
   * @param label what to call the archive in messages, such as its path
   * @throws UlmfitError `BAD_ZIP`
   */
  constructor(
    source: Uint8Array | ZipSource,
    private readonly label: string,
  ) {
    this.source = source instanceof Uint8Array ? inMemory(source) : source;
    this.budget = Math.max(MIN_BUDGET, MAX_GROWTH * this.source.size);
    this.entries = this.directory();
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The size of a file as the directory has it; reading checks it. */
  sizeOf(name: string): number {
    return this.find(name).size;
  }

  /**
   * One file's bytes; a stored one's are not copied.
   * @throws UlmfitError `BAD_ZIP` where it is missing or does not match its size or checksum
   */
  read(name: string): Uint8Array {
    const entry = this.find(name);
    const { start, packedBytes } = this.locate(name);
    const data = this.source.read(start, packedBytes);
    // Deflate cannot grow bytes more than 1032-fold.
    if (entry.size > data.length * 1032 + 64 || entry.size > this.budget) {
      throw this.bad(`${showName(name)} claims to unpack to ${entry.size} bytes from ${data.length}`);
    }
    this.budget -= entry.size;
    const content = entry.method === 0 ? data : this.inflate(entry, data);
    if (content.length !== entry.size) {
      throw this.bad(`${showName(name)} has ${content.length} bytes, its entry says ${entry.size}`);
    }
    if (crc32(content) !== entry.crc) {
      throw this.bad(`${showName(name)} does not match its checksum: the file is damaged; use a sound copy`);
    }
    return content;
  }

  private find(name: string): Entry {
    const entry = this.entries.get(name);
    if (!entry) throw this.bad(`${showName(name)} is missing`);
    return entry;
  }

  /**
   * Where a file's packed bytes lie, by the header before them.
   * @throws UlmfitError `BAD_ZIP` where it is missing, packed by another method or outside of the archive
   */
  locate(name: string): ZipLocation {
    const { offset, compressed, method, size, crc } = this.find(name);
    if (method !== 0 && method !== 8)
      throw this.bad(`${showName(name)} is packed by method ${method}; 0 and 8 are known`);
    if (method === 0 && compressed !== size)
      throw this.bad(`${showName(name)} is stored, with two different sizes`);
    const reader = this.readerAt(offset, LOCAL_BYTES);
    if (reader.u32() !== LOCAL) throw this.bad(`${showName(name)} has no header at byte ${offset}`);
    reader.take(22);
    const start = offset + LOCAL_BYTES + reader.u16() + reader.u16();
    if (start + compressed > this.source.size) throw this.bad(`cut short at byte ${this.source.size}`);
    return { start, packedBytes: compressed, isDeflated: method === 8, bytes: size, crc };
  }

  private inflate({ name, size }: Entry, data: Uint8Array): Uint8Array {
    const content = new Uint8Array(size);
    let at = 0;
    const inflate = new Inflate((piece) => {
      if (at + piece.length > size) throw this.bad(`${showName(name)} is longer than its entry says`);
      content.set(piece, at);
      at += piece.length;
    });
    try {
      for (let from = 0; from < data.length; from += PIECE)
        inflate.push(data.subarray(from, from + PIECE), from + PIECE >= data.length);
    } catch (error) {
      if (error instanceof UlmfitError) throw error;
      throw this.bad(`${showName(name)} cannot be unpacked: the file is damaged`, error);
    }
    return content.subarray(0, at);
  }

  private directory(): Map<string, Entry> {
    const { count, size, offset } = this.end();
    // 46 bytes is the least that an entry takes.
    if (count > size / 46 || offset + size > this.source.size)
      throw this.bad('its directory lies outside of it');
    const reader = this.readerAt(offset, size);
    const entries = new Map<string, Entry>();
    for (let i = 0; i < count; i++) {
      const entry = this.entry(reader);
      if (entries.has(entry.name)) throw this.bad(`${showName(entry.name)} appears twice in its directory`);
      entries.set(entry.name, entry);
    }
    return entries;
  }

  private entry(reader: ByteReader): Entry {
    if (reader.u32() !== ENTRY) throw this.bad('its directory is damaged');
    reader.take(4);
    const flags = reader.u16();
    const method = reader.u16();
    reader.take(4);
    const crc = reader.u32();
    const [compressed, size] = [reader.u32(), reader.u32()];
    const [nameBytes, extraBytes, commentBytes] = [reader.u16(), reader.u16(), reader.u16()];
    reader.take(8);
    const offset = reader.u32();
    // Names are mostly ASCII; whatever else stands there only has to stay distinct.
    const name = utf8.decode(reader.take(nameBytes));
    const extra = reader.take(extraBytes);
    reader.take(commentBytes);
    if (flags & 1) throw this.bad(`${showName(name)} is encrypted`);
    return { name, method, crc, ...this.wideFields({ compressed, size, offset }, extra) };
  }

  /** Replaces sizes and offset that do not fit 32 bits by those of the 64-bit extra field. */
  private wideFields(narrow: { compressed: number; size: number; offset: number }, extra: Uint8Array) {
    const fields = new ByteReader(extra, () => this.bad('an extra field is cut short'));
    while (fields.remaining >= 4) {
      const [id, length] = [fields.u16(), fields.u16()];
      const content = new ByteReader(fields.take(length), () => this.bad('a 64-bit field is cut short'));
      if (id !== 1) continue;
      const size = narrow.size === FULL_32 ? content.u64() : narrow.size;
      const compressed = narrow.compressed === FULL_32 ? content.u64() : narrow.compressed;
      const offset = narrow.offset === FULL_32 ? content.u64() : narrow.offset;
      return { compressed, size, offset };
    }
    return narrow;
  }

  /** Where the directory lies: from the record at the end of the archive, before a comment of any length. */
  private end(): { count: number; size: number; offset: number } {
    const from = Math.max(0, this.source.size - END_BYTES - FULL_16);
    const tail = this.source.read(from, this.source.size - from);
    const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
    for (let at = tail.length - END_BYTES; at >= 0; at--) {
      if (view.getUint32(at, true) !== END) continue;
      const reader = new ByteReader(tail, (end) => this.bad(`cut short at byte ${from + end}`), at + 10);
      const [count, size, offset] = [reader.u16(), reader.u32(), reader.u32()];
      const isWide = count === FULL_16 || size === FULL_32 || offset === FULL_32;
      return isWide ? this.wideEnd(from + at - LOCATOR_BYTES) : { count, size, offset };
    }
    throw this.bad('its directory is missing: the file is cut short');
  }

  private wideEnd(locatorAt: number): { count: number; size: number; offset: number } {
    if (locatorAt < 0) throw this.bad('its 64-bit directory is missing');
    const locator = this.readerAt(locatorAt, LOCATOR_BYTES);
    if (locator.u32() !== END_64_LOCATOR) throw this.bad('its 64-bit directory is missing');
    locator.take(4);
    const reader = this.readerAt(locator.u64(), END_64_BYTES);
    if (reader.u32() !== END_64) throw this.bad('its 64-bit directory is damaged');
    reader.take(28);
    return { count: reader.u64(), size: reader.u64(), offset: reader.u64() };
  }

  private readerAt(at: number, length: number): ByteReader {
    if (at > this.source.size) throw this.bad(`byte ${at} lies outside of it`);
    return new ByteReader(this.source.read(at, length), (end) => this.bad(`cut short at byte ${at + end}`));
  }

  private bad(what: string, cause?: unknown): UlmfitError {
    return new UlmfitError('BAD_ZIP', `${this.label}: not a sound zip archive: ${what}`, { cause });
  }
}

const inMemory = (bytes: Uint8Array): ZipSource => ({
  size: bytes.length,
  read: (at, length) => bytes.subarray(at, at + length),
});

const utf8 = new TextDecoder();

/**
 * Whether bytes begin as a zip archive does.
 * @example
 * isZip(readFile('model.ulmfit')); // true
 */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++)
    c = (crcTable[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
