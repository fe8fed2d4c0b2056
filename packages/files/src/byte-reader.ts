/** Reads little-endian numbers and runs of bytes one after the other; the end is checked before every read. */
export class ByteReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    /** The error for a read beyond the end. */
    private readonly cutShort: (at: number) => Error,
    /** Where the next read begins. */
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  u8 = (): number => this.view.getUint8(this.advance(1));
  u16 = (): number => this.view.getUint16(this.advance(2), true);
  u32 = (): number => this.view.getUint32(this.advance(4), true);
  i32 = (): number => this.view.getInt32(this.advance(4), true);
  /** The nearest double: exact below 2^53, and above that no length that a file could have. */
  u64 = (): number => Number(this.view.getBigUint64(this.advance(8), true));
  f64BigEndian = (): number => this.view.getFloat64(this.advance(8), false);

  /** The next bytes, not copied. */
  take = (length: number): Uint8Array => {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  };

  /** The bytes up to the next line feed, which is passed over. */
  line = (): Uint8Array => {
    const end = this.bytes.indexOf(0x0a, this.at);
    const line = this.take(end < 0 ? this.remaining + 1 : end - this.at);
    this.at++;
    return line;
  };

  private advance(length: number): number {
    if (length > this.remaining) throw this.cutShort(this.at);
    const start = this.at;
    this.at += length;
    return start;
  }
}
