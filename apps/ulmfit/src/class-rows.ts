import type { Judgement } from '@ulmfit/pipeline';

/** How many classes are shown one by one, and of more how many of the worst and of the best. */
export interface ClassRowLimits {
  readonly most: number;
  readonly ends: number;
}

/** Which classes a table shows. */
export interface ClassRows {
  /** Their indices: all in their order; or those with the lowest F1, then those with the highest. */
  readonly rows: readonly number[];
  /** What is left out, in words. */
  readonly note?: string;
}

/** All classes, or the worst and the best of many. Those without a text stay out where there are many. */
export function classRows({ perClass }: Judgement, { most, ends }: ClassRowLimits): ClassRows {
  const all = perClass.map((_, i) => i);
  if (all.length <= most) return { rows: all };
  const f1 = (i: number) => perClass[i]?.f1 ?? 0;
  const there = all.filter((i) => (perClass[i]?.support ?? 0) > 0).sort((a, b) => f1(a) - f1(b) || a - b);
  if (there.length <= most) {
    return { rows: there, note: `the ${there.length} of ${all.length} classes that have texts, by F1` };
  }
  return {
    rows: [...there.slice(0, ends), ...there.slice(-ends)],
    note: `of ${all.length} classes the ${ends} with the lowest F1 and the ${ends} with the highest`,
  };
}
