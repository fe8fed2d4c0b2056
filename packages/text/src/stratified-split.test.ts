import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortClasses } from './sort-classes.js';
import { stratifiedSplit } from './stratified-split.js';

/** The rows of each class, in all and held out. */
function tally(labels: ArrayLike<readonly number[]>, heldOut: Uint8Array): Map<number, [number, number]> {
  const counts = new Map<number, [number, number]>();
  for (const [row, out] of heldOut.entries()) {
    for (const label of labels[row] ?? []) {
      const [all, held] = counts.get(label) ?? [0, 0];
      counts.set(label, [all + 1, held + out]);
    }
  }
  return counts;
}

const shares = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
const seeds = fc.integer({ min: 0, max: 0xffffffff });

describe('stratifiedSplit', () => {
  it('holds the share out of each class, one of four rows, and never the last', () => {
    const classes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 200 });
    fc.assert(
      fc.property(classes, shares, seeds, (labels, share, seed) => {
        const heldOut = stratifiedSplit(labels, { share, seed });
        for (const [all, held] of tally(
          labels.map((label) => [label]),
          heldOut,
        ).values()) {
          const wanted = Math.max(Math.floor(all * share + 0.5), all >= 4 ? 1 : 0);
          expect(held).toBe(Math.min(wanted, all - 1));
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('leaves one row of each label where there are several, and holds out near the share', () => {
    const sets = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(sets, shares, seeds, (labels, share, seed) => {
        const heldOut = stratifiedSplit(labels, { share, seed });
        for (const [all, held] of tally(labels, heldOut).values()) expect(held).toBeLessThan(all);
      }),
      { seed: 6, numRuns: 100 },
    );
    const labels = Array.from({ length: 1000 }, (_, i) => [0, 1, 2, 3].filter((k) => i % (2 * k + 2) < 2));
    for (const [all, held] of tally(labels, stratifiedSplit(labels, { share: 0.2, seed: 3 })).values()) {
      expect(held / all).toBeGreaterThan(0.17);
      expect(held / all).toBeLessThan(0.23);
    }
  });

  it('holds out one row at least of a label that never stands alone', () => {
    // Each row of 9 has a rarer label too, of too few rows to give any.
    const labels = Array.from({ length: 12 }, (_, i) => [i % 4, 9]);
    expect(tally(labels, stratifiedSplit(labels, { share: 0.1, seed: 1 })).get(9)).toEqual([12, 1]);
  });

  it('keeps the rows of a group together, and those that differ in their labels behind', () => {
    const rows = fc.array(fc.record({ group: fc.nat(20), label: fc.nat(2) }), { maxLength: 120 });
    fc.assert(
      fc.property(rows, shares, seeds, (all, share, seed) => {
        const groups = all.map(({ group }) => all.findIndex((other) => other.group === group));
        const heldOut = stratifiedSplit(
          all.map(({ label }) => label),
          { share, seed, groups },
        );
        for (const [row, { label }] of all.entries()) {
          const first = groups[row] ?? 0;
          expect(heldOut[row]).toBe(heldOut[first]);
          if (label !== all[first]?.label) expect(heldOut[row]).toBe(0);
        }
      }),
      { seed: 8, numRuns: 100 },
    );
    const alone = Array.from({ length: 50 }, (_, i) => i % 3);
    expect(stratifiedSplit(alone, { share: 0.2, groups: alone.map((_, i) => i) })).toEqual(
      stratifiedSplit(alone, { share: 0.2 }),
    );
  });

  it('depends on the seed, and holds these rows for seed 1 on every machine', () => {
    const labels = Array.from({ length: 30 }, (_, i) => i % 3);
    const rows = (seed: number) =>
      [...stratifiedSplit(labels, { share: 0.1, seed }).entries()].flatMap(([row, out]) =>
        out ? [row] : [],
      );
    expect(rows(1)).toEqual([11, 16, 18]);
    expect(rows(2)).not.toEqual(rows(1));
  });

  it.each([-0.1, 1, Number.NaN])('refuses a share of %d', (share) => {
    expect(() => stratifiedSplit([0, 1], { share })).toThrow(/it must be from 0 to below 1/);
  });
});

describe('sortClasses', () => {
  it('sorts numbers by value and all else by code unit, each once', () => {
    expect(sortClasses(['10', '9', '-1', '9'])).toEqual(['-1', '9', '10']);
    expect(sortClasses(['10', '9', 'a', '09'])).toEqual(['09', '10', '9', 'a']);
    expect(sortClasses(['ä', 'b', 'B'])).toEqual(['B', 'b', 'ä']);
  });
});
