/** Ids and document boundaries while documents come in. */
export class PackedDocuments {
  #ids: Int32Array<ArrayBuffer>;
  #tokens: number;
  readonly #offsets: number[] = [0];

  /** @param ids documents that are there already, taken over; of those `lengths` */
  constructor(ids?: Int32Array<ArrayBuffer>, lengths: Iterable<number> = []) {
    this.#ids = ids ?? new Int32Array(1024);
    this.#tokens = ids?.length ?? 0;
    let end = 0;
    for (const length of lengths) this.#offsets.push((end += length));
  }

  get tokens(): number {
    return this.#tokens;
  }

  get documents(): number {
    return this.#offsets.length - 1;
  }

  push(id: number): void {
    if (this.#tokens === this.#ids.length) {
      // Old and new are in memory together here, and what is never written to takes none: so in few, long strides.
      const grown = new Int32Array(Math.max(1024, 4 * this.#tokens));
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#tokens++] = id;
  }

  endDocument(): void {
    this.#offsets.push(this.#tokens);
  }

  /** A view of the ids so far. What growing left over was never written to, so the system gives it no memory. */
  ids(): Int32Array<ArrayBuffer> {
    return this.#ids.subarray(0, this.#tokens);
  }

  /** Where each document begins, and the number of ids as the last entry. */
  offsets(): Float64Array {
    return Float64Array.from(this.#offsets);
  }

  /** The number of ids of each document. */
  lengths(): Int32Array<ArrayBuffer> {
    const lengths = new Int32Array(this.documents);
    for (let i = 0; i < lengths.length; i++) {
      lengths[i] = (this.#offsets[i + 1] as number) - (this.#offsets[i] as number);
    }
    return lengths;
  }
}
