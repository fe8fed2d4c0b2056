import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOfEqual, repeatedTexts } from './repeated-texts.js';
import { rowsTask } from './rows-task.js';
import { summarizeTask } from './summarize-task.js';

const row = (text: string, label: string) => ({ text, label });

describe('summarizeTask', () => {
  it('counts texts, classes, lengths, and what is empty, repeated or contradictory', async () => {
    const task = rowsTask({
      name: 'tickets',
      train: [
        row('one two  three', 'a'),
        row('one', 'a'),
        row('one', 'b'),
        row(' \n', 'b'),
        row('five', 'b'),
      ],
      valid: [row('five', 'b')],
      test: [row('one', 'a'), row('six six', 'a'), row('six six', 'a')],
      unlabelled: ['six six', 'seven', 'seven', 'seven'],
    });
    const { name, multiLabel, sets, classes, repeated } = await summarizeTask(task);
    expect({ name, multiLabel }).toEqual({ name: 'tickets', multiLabel: false });
    expect(classes).toEqual([
      { name: 'a', train: 2, valid: 0, test: 3 },
      { name: 'b', train: 3, valid: 1, test: 0 },
    ]);
    expect(sets.train).toEqual({
      texts: 5,
      empty: 1,
      withoutClass: 0,
      characters: { mean: 5.2, minimum: 2, p25: 3, median: 3, p75: 4, p95: 14, p99: 14, maximum: 14 },
      words: { mean: 1.2, minimum: 0, p25: 1, median: 1, p75: 1, p95: 3, p99: 3, maximum: 3 },
    });
    expect(Object.values(sets).map(({ texts }) => texts)).toEqual([5, 1, 3, 4]);
    expect(repeated).toEqual({
      within: { train: 1, valid: 0, test: 1, unlabelled: 2 },
      across: [
        { of: 'valid', among: 'train', texts: 1 },
        { of: 'test', among: 'train', texts: 1 },
        { of: 'test', among: 'unlabelled', texts: 2 },
      ],
      conflicting: 3,
    });
  });

  it('does not count training texts as unlabelled ones, and takes texts of no class', async () => {
    const task = rowsTask({
      train: [
        { text: 'x', labels: ['a', 'b'] },
        { text: 'y', labels: [] },
      ],
      validShare: 0,
    });
    const { sets, classes } = await summarizeTask(task);
    expect(sets.unlabelled).toMatchObject({ texts: 0, words: { mean: 0, maximum: 0 } });
    expect(sets.train).toMatchObject({ texts: 2, withoutClass: 1 });
    expect(classes.map(({ train }) => train)).toEqual([1, 1]);
  });

  it('tells how far it is, and can be stopped', async () => {
    const train = Array.from({ length: 1500 }, (_, i) => row(`text ${i}`, i % 2 ? 'a' : 'b'));
    const task = rowsTask({ train, validShare: 0 });
    const seen: number[] = [];
    await summarizeTask(task, { onProgress: (texts) => seen.push(texts) });
    expect(seen).toEqual([1000, 2000, 3000, 3000]);
    const reason = new Error('enough');
    await expect(summarizeTask(task, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('firstOfEqual', () => {
  it('finds the first of each', () => {
    expect([...firstOfEqual(Float64Array.of(5, 3, 5, 2, 3, 5))]).toEqual([0, 1, 0, 3, 1, 0]);
  });
});

describe('repeatedTexts', () => {
  it('counts as a count by hand does', () => {
    const rows = fc.array(
      fc.record({
        key: fc.integer({ min: 0, max: 5 }),
        set: fc.integer({ min: 0, max: 4 }),
        label: fc.integer({ min: -1, max: 1 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, (all) => {
        const found = repeatedTexts({
          keys: Float64Array.from(all, ({ key }) => key),
          sets: Uint8Array.from(all, ({ set }) => set),
          labels: Int32Array.from(all, ({ label }) => label),
        });
        const of = (set: number) => all.filter((each) => each.set === set);
        expect(found.within.train).toBe(of(0).length - new Set(of(0).map(({ key }) => key)).size);
        const texts = of(2).filter(({ key }) => of(0).some((other) => other.key === key)).length;
        expect(found.across.find((pair) => pair.of === 'test' && pair.among === 'train')?.texts ?? 0).toBe(
          texts,
        );
        const labelled = all.filter(({ set, label }) => set < 4 && label >= 0);
        expect(found.conflicting).toBe(
          labelled.filter(({ key, label }) =>
            labelled.some((other) => other.key === key && other.label !== label),
          ).length,
        );
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});
