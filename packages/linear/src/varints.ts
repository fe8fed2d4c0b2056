import { UlmfitError } from '@ulmfit/errors';

/** Writes integers from 0 to 2^31 - 1 in one byte where they are below 128, and in five at most (LEB128). */
export class VarintWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  write(value: number): void {
    if (this.#length + 5 > this.#bytes.length) {
      const wider = new Uint8Array(this.#bytes.length * 2);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    let rest = value;
    for (; rest >= 128; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a {@link VarintWriter} wrote. */
export class VarintReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** @throws UlmfitError `BAD_LINEAR_MODEL` at the end and for larger numbers than are written */
  read(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128 && value < 2 ** 31) return value;
    }
    throw new UlmfitError(
      'BAD_LINEAR_MODEL',
      'the linear model: its terms are damaged; copy the model again',
    );
  }

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }
}
