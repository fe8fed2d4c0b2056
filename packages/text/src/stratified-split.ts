import { requireBelowOne } from '@ulmfit/errors';
import { permutation, randomKey } from '@ulmfit/kernels';

export interface StratifiedSplitOptions {
  /** The share of each class's rows that is held out, from 0 to below 1. */
  readonly share: number;
  /** An integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined;
  /**
   * For each row, the first row that it must not be parted from, such as the first one of the same text: a copy of it in the other
   * set would make what is held out look easier than it is. Rows that differ in their labels stay behind. Default: all stand alone.
   */
  readonly groups?: ArrayLike<number> | undefined;
}

/** From this many rows on, a class gives at least one to the held-out set, however small the share. */
const ENOUGH_ROWS = 4;

/**
 * Holds out a share of the rows, class by class, so that both sets have the classes in the same proportions.
 *
 * Each class of `n` rows gives `round(n * share)` of them, at least one if it has four rows or more; one of its rows always
 * stays behind. Where a row has several labels, the rarest class chooses first: a row counts for all its labels, but it is drawn
 * for the rarest. Rows without a label are a class of their own. The draw depends on the seed and on the order of the rows.
 *
 * @param labels One class, or any number of classes, for each row.
 * @returns 1 for each row that is held out, 0 for one that stays.
 * @throws UlmfitError `BAD_SPLIT` for what is no share, `BAD_SEED`.
 * @example
 * stratifiedSplit([0, 0, 0, 0, 1, 1, 1, 1], { share: 0.25, seed: 1 }); // one 1 among the first four, one among the last
 */
export function stratifiedSplit(
  labels: ArrayLike<number> | ArrayLike<readonly number[]>,
  { share, seed = 0, groups }: StratifiedSplitOptions,
): Uint8Array {
  requireBelowOne('validShare', share, { code: 'BAD_SPLIT' });
  const labelsOf = (row: number): readonly number[] => {
    const of = labels[row] ?? [];
    return typeof of === 'number' ? [of] : of;
  };
  const rows = Uint32Array.from({ length: labels.length }, (_, row) => row);
  const firstOf = (row: number) => groups?.[row] ?? row;
  const mixed = new Uint8Array(labels.length);
  for (const row of rows) if (labelsOf(firstOf(row)).join() !== labelsOf(row).join()) mixed[firstOf(row)] = 1;
  const firsts = rows.filter((row) => firstOf(row) === row && !mixed[row]);
  const drawn = drawRows(Array.from(firsts, labelsOf), share, seed);
  const heldOut = new Uint8Array(labels.length);
  for (const [i, first] of firsts.entries()) heldOut[first] = drawn[i] ?? 0;
  return heldOut.map((_, row) => heldOut[firstOf(row)] ?? 0);
}

function drawRows(labels: readonly (readonly number[])[], share: number, seed: number): Uint8Array {
  const heldOut = new Uint8Array(labels.length);
  if (share === 0) return heldOut;
  const classesOf = (row: number): readonly number[] => {
    const of = labels[row] ?? [];
    return of.length === 0 ? UNLABELLED : of;
  };

  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    for (const label of classesOf(row)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const rows = new Map([...counts].map(([label, count]) => [label, new Uint32Array(count)]));
  const left = new Map(counts); // of each class, the rows that stay behind
  for (let row = labels.length - 1; row >= 0; row--) {
    for (const label of classesOf(row)) {
      const at = (left.get(label) ?? 0) - 1;
      left.set(label, at);
      const ofClass = rows.get(label);
      if (ofClass) ofClass[at] = row;
    }
  }
  for (const [label, count] of counts) left.set(label, count);

  const decided = new Uint8Array(labels.length); // by a rarer class
  const rarestFirst = [...counts].sort(([a, m], [b, n]) => m - n || a - b);
  for (const [label, count] of rarestFirst) {
    const ofClass = rows.get(label) ?? new Uint32Array();
    const order = permutation(count, randomKey({ seed, stage: 'split', stream: 'valid', step: label + 1 }));
    const target = Math.min(
      Math.max(Math.floor(count * share + 0.5), count >= ENOUGH_ROWS ? 1 : 0),
      count - 1,
    );
    const missing = (wanted: number) => wanted - (count - (left.get(label) ?? 0));
    const draw = (wanted: number, ofDecided: boolean) => {
      for (let i = 0; i < count && missing(wanted) > 0; i++) {
        const row = ofClass[order[i] ?? 0] ?? 0;
        if (heldOut[row] || (!ofDecided && decided[row])) continue;
        const of = classesOf(row);
        if (of.some((each) => (left.get(each) ?? 0) < 2)) continue; // the last of its class
        for (const each of of) left.set(each, (left.get(each) ?? 0) - 1);
        heldOut[row] = 1;
      }
    };
    draw(target, false);
    draw(Math.min(target, 1), true);
    for (const row of ofClass) decided[row] = 1;
  }
  return heldOut;
}

const UNLABELLED: readonly number[] = [-1];
