/** Ids and document boundaries while documents come in. */
export class PackedDocuments {
  #ids = new Int32Array(1024);
  #tokens = 0;
  readonly #offsets: number[] = [0];

  get tokens(): number {
    return this.#tokens;
  }

  get documents(): number {
    return this.#offsets.length - 1;
  }

  push(id: number): void {
    if (this.#tokens === this.#ids.length) {
      const grown = new Int32Array(2 * this.#tokens);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#tokens++] = id;
  }

  endDocument(): void {
    this.#offsets.push(this.#tokens);
  }

  /** A view of the ids so far. What the doubling left over was never written to, so the system gives it no memory. */
  ids(): Int32Array {
    return this.#ids.subarray(0, this.#tokens);
  }

  /** Where each document begins, and the number of ids as the last entry. */
  offsets(): Float64Array {
    return Float64Array.from(this.#offsets);
  }
}
