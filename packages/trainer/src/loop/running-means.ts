/** Weighted means by name, in double precision. */
export class RunningMeans {
  #sums: Record<string, { sum: number; weight: number }> = {};

  add(name: string, sum: number, weight: number): void {
    const entry = (this.#sums[name] ??= { sum: 0, weight: 0 });
    entry.sum += sum;
    entry.weight += weight;
  }

  means(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#sums).map(([name, { sum, weight }]) => [name, sum / weight]),
    );
  }

  reset(): void {
    this.#sums = {};
  }

  toJson(): Record<string, { sum: number; weight: number }> {
    return structuredClone(this.#sums);
  }

  fromJson(json: Record<string, { sum: number; weight: number }>): void {
    this.#sums = structuredClone(json);
  }
}
