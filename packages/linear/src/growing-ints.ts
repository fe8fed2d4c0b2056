/** An `Int32Array` that grows at its end. */
export class GrowingInts {
  #values = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(values: Int32Array): void {
    const length = this.#length + values.length;
    if (length > this.#values.length) {
      const wider = new Int32Array(Math.max(length, Math.ceil(this.#values.length * 1.6)));
      wider.set(this.#values.subarray(0, this.#length));
      this.#values = wider;
    }
    this.#values.set(values, this.#length);
    this.#length = length;
  }

  /** What is there, not copied. */
  values(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}
