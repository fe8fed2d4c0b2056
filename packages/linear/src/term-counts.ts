/** Counts the terms of one text: numbers go in in any order, and come out once each, ascending, with their counts. */
export class TermCounts {
  #found = new Int32Array(1024);
  #length = 0;
  /** The terms, ascending; the first {@link TermCounts.size} hold after {@link TermCounts.sort}. */
  terms = new Int32Array(1024);
  /** How often each is there. */
  counts = new Int32Array(1024);
  size = 0;

  add(term: number): void {
    if (this.#length === this.#found.length) {
      const wider = new Int32Array(this.#length * 2);
      wider.set(this.#found);
      this.#found = wider;
    }
    this.#found[this.#length++] = term;
  }

  /** Puts in order what was added since the last call. */
  sort(): void {
    const found = this.#found.subarray(0, this.#length).sort();
    if (this.terms.length < found.length) {
      this.terms = new Int32Array(this.#found.length);
      this.counts = new Int32Array(this.#found.length);
    }
    let size = 0;
    for (let i = 0; i < found.length;) {
      const term = found[i] as number;
      const from = i;
      while (i < found.length && found[i] === term) i++;
      this.terms[size] = term;
      this.counts[size++] = i - from;
    }
    this.size = size;
    this.#length = 0;
  }
}
