import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { UlmfitError } from '@ulmfit/errors';

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc: number;
  readonly compressed: boolean;
  /** Where its local header starts. */
  readonly offset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads files out of a zip archive of any size without holding one in memory: a wheel's library alone is 800 MB.
 * Layout: PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end).
 */
export class ZipArchive {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    /** The files, without the folders. */
    readonly entries: readonly ZipEntry[],
  ) {}

  /** @throws UlmfitError `BAD_ARCHIVE` when the file is no zip archive or is cut short. */
  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path);
    try {
      return new ZipArchive(path, file, await readDirectory(file, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Unpacks one file to a new file and flushes it to the disk.
   * @throws UlmfitError `BAD_ARCHIVE` when its content doesn't have the recorded length and checksum.
   */
  async extract(entry: ZipEntry, destination: string, onBytes?: (bytes: number) => void): Promise<void> {
    const header = await readExactly(this.file, entry.offset, 30, this.path);
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw damaged(this.path, `${entry.name} has no header`);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);

    let crc = 0;
    let bytes = 0;
    const output = await open(destination, 'wx');
    const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of chunks) {
        crc = crc32(chunk, crc);
        bytes += chunk.length;
        await output.writeFile(chunk);
        onBytes?.(chunk.length);
      }
    };
    try {
      if (entry.compressedBytes > 0) {
        const end = start + entry.compressedBytes - 1;
        const source = createReadStream(this.path, { start, end, highWaterMark: 1 << 20 });
        if (entry.compressed) await pipeline(source, createInflateRaw({ chunkSize: 1 << 20 }), write);
        else await pipeline(source, write);
      }
      await output.sync();
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
        throw damaged(this.path, `${entry.name}: ${error.message}`);
      }
      throw error;
    } finally {
      await output.close();
    }
    if (bytes !== entry.bytes || crc !== entry.crc)
      throw damaged(this.path, `${entry.name} fails its checksum`);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function readDirectory(file: FileHandle, path: string): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, 22 + 0xffff);
  const tail = await readExactly(file, size - tailBytes, tailBytes, path);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw damaged(path, 'it is no zip archive, or was cut short');

  const count = tail.readUInt16LE(end + 10);
  const directoryBytes = tail.readUInt32LE(end + 12);
  const directoryStart = tail.readUInt32LE(end + 16);
  if (count === 0xffff || directoryStart === 0xffffffff)
    throw damaged(path, 'archives over 4 GB are not supported');
  const directory = await readExactly(file, directoryStart, directoryBytes, path);

  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw damaged(path, `entry ${i} of its directory is malformed`);
    }
    const method = directory.readUInt16LE(at + 10);
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    if (method !== STORED && method !== DEFLATED)
      throw damaged(path, `${name} is packed by the unknown method ${method}`);
    if (!name.endsWith('/')) {
      entries.push({
        name,
        crc: directory.readUInt32LE(at + 16),
        compressedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        compressed: method === DEFLATED,
        offset: directory.readUInt32LE(at + 42),
      });
    }
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function readExactly(file: FileHandle, position: number, bytes: number, path: string): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) throw damaged(path, 'it was cut short');
    filled += bytesRead;
  }
  return buffer;
}

function damaged(path: string, what: string): UlmfitError {
  return new UlmfitError('BAD_ARCHIVE', `${path}: ${what}. Delete it and download it again.`);
}
