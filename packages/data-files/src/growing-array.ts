/** Numbers of one type, more of which can be added: four or eight bytes each instead of an object's worth. */
export class GrowingArray<T extends Uint8Array | Int32Array | Float64Array> {
  #values: T;
  #length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Those that were added, as a view. */
  values(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}
