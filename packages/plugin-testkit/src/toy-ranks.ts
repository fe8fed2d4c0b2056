import type { Collective } from '@ulmfit/trainer';

/**
 * Ranks within this process, one per trainer that the test makes, to check that a plugin ends the same on several ranks as
 * on one.
 * @example
 * const ranks = toyRanks(2).map((collective) => toyTrainer({ slices: 2, collective }));
 * await Promise.all(ranks.map((rank) => rank.fit({ stage: 'toy', train: toyLoader(4), epochs: 2 })));
 */
export function toyRanks(size: number): readonly Collective[] {
  const waiting = new Map<number, { given: unknown[]; resolve: ((all: unknown[]) => void)[] }>();
  return Array.from({ length: size }, (_, rank) => {
    let calls = 0;
    /** What every rank gives to its call of the same number. */
    const meet = <T>(value: T): Promise<T[]> =>
      new Promise<unknown[]>((resolve) => {
        const call = calls++;
        const met = waiting.get(call) ?? { given: [], resolve: [] };
        waiting.set(call, met);
        met.given[rank] = value;
        met.resolve.push(resolve);
        if (met.resolve.length < size) return;
        waiting.delete(call);
        for (const each of met.resolve) each(met.given);
      }) as Promise<T[]>;
    return {
      ...{ rank, size },
      gather: (bytes) => meet(bytes.slice()),
      sum: async (values) => {
        let level: readonly Float32Array[] = await meet(values.slice());
        while (level.length > 1) {
          level = Array.from({ length: level.length / 2 }, (_, i) => {
            const [a, b] = [level[2 * i] as Float32Array, level[2 * i + 1] as Float32Array];
            return a.map((x, j) => x + (b[j] as number));
          });
        }
        return (level[0] as Float32Array).slice();
      },
    };
  });
}
