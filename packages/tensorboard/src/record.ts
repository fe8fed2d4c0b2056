import { crc32c } from './crc32c.js';

const HEADER = 12;
const FOOTER = 4;

/** A TFRecord: the length in 64 bits, its checksum, the data, their checksum. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, HEADER);
  view.setUint32(HEADER + data.length, masked(crc32c(data)), true);
  return record;
}

/** The data of the records from the first on; ends before one that is cut off or damaged. */
export function* decodeRecords(bytes: Uint8Array): Generator<Uint8Array, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER + FOOTER <= bytes.length;) {
    const size = Number(view.getBigUint64(at, true));
    const begin = at + HEADER;
    if (view.getUint32(at + 8, true) !== masked(crc32c(bytes.subarray(at, at + 8)))) return;
    if (begin + size + FOOTER > bytes.length) return;
    const data = bytes.subarray(begin, begin + size);
    if (view.getUint32(begin + size, true) !== masked(crc32c(data))) return;
    yield data;
    at = begin + size + FOOTER;
  }
}

/** The checksum of data that hold checksums would tell little: it is turned and moved (TensorFlow's `crc32c.h`). */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
