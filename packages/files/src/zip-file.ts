import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { showName, UlmfitError } from '@ulmfit/errors';
import { errorCode } from './error-code.js';
import { ZipArchive } from './zip-archive.js';

/**
 * A zip archive on the disk, of any size: what is unpacked goes from file to file and is never in memory whole.
 * @example
 * const zip = ZipFile.open('model.ulmfit');
 * for (const name of zip.names) await zip.extract(name, join('unpacked', name));
 * zip.close();
 */
export class ZipFile {
  private constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly archive: ZipArchive,
  ) {}

  /** @throws UlmfitError `BAD_ZIP` where the file is no zip archive or is cut short; the system's error, such as `ENOENT` */
  static open(path: string): ZipFile {
    const file = openSync(path, 'r');
    try {
      const source = { size: fstatSync(file).size, read: readerOf(file) };
      return new ZipFile(path, file, new ZipArchive(source, path));
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** The files, without the folders. */
  get names(): string[] {
    return this.archive.names.filter((name) => !name.endsWith('/'));
  }

  /** The bytes that a file unpacks to, as the directory has it; unpacking checks it. */
  sizeOf(name: string): number {
    return this.archive.sizeOf(name);
  }

  /**
   * Unpacks one file to a new file and flushes it to the disk.
   * @throws UlmfitError `BAD_ZIP` where it is missing or does not match its size or checksum
   */
  async extract(name: string, destination: string, onBytes?: (bytes: number) => void): Promise<void> {
    const { start, packedBytes, isDeflated, bytes, crc } = this.archive.locate(name);
    const found = { bytes: 0, crc: 0 };
    const output = await open(destination, 'wx');
    const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of chunks) {
        found.bytes += chunk.length;
        found.crc = crc32(chunk, found.crc);
        if (found.bytes > bytes) throw this.bad(name, 'is longer than its entry says');
        await output.writeFile(chunk);
        onBytes?.(chunk.length);
      }
    };
    try {
      if (packedBytes > 0) {
        const range = { start, end: start + packedBytes - 1, highWaterMark: 1 << 20 };
        const packed = createReadStream(this.path, range);
        if (isDeflated) await pipeline(packed, createInflateRaw({ chunkSize: 1 << 20 }), write);
        else await pipeline(packed, write);
      }
      await output.sync();
    } catch (error) {
      if (errorCode(error)?.startsWith('Z_')) throw this.bad(name, 'cannot be unpacked', error);
      throw error;
    } finally {
      await output.close();
    }
    if (found.bytes !== bytes) throw this.bad(name, `has ${found.bytes} bytes, its entry says ${bytes}`);
    if (found.crc !== crc) throw this.bad(name, 'does not match its checksum');
  }

  close(): void {
    closeSync(this.file);
  }

  private bad(name: string, what: string, cause?: unknown): UlmfitError {
    return new UlmfitError(
      'BAD_ZIP',
      `${this.path}: not a sound zip archive: ${showName(name)} ${what}: the file is damaged; use a sound copy`,
      { cause },
    );
  }
}

const readerOf =
  (file: number) =>
  (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const bytesRead = readSync(file, bytes, filled, length - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  };
