/** What several functions are at a point of a path. */
export interface PathPoint {
  /** `[functions]` */
  readonly values: ArrayLike<number>;
  /** `[functions][parts]`: the derivative along the path, part by part. */
  readonly slopes: readonly ArrayLike<number>[];
}

/** A function's change along a path, shared out over its parts. */
export interface PathIntegral {
  /** At the beginning and at the end of the path. */
  readonly start: number;
  readonly end: number;
  /** `[parts]` */
  readonly contributions: Float64Array;
  /** How far their sum is from `end - start`. */
  readonly gap: number;
  /** Whether that is within the tolerance, and the contributions themselves are settled. */
  readonly isWithin: boolean;
}

export interface PathIntegralOptions {
  /** The largest gap that will do, for a function that changes by `difference`. */
  readonly tolerance: (difference: number) => number;
  /** Points at most, 7 at least. */
  readonly maxPoints: number;
}

/** Between two points of the path, with what each function's parts add there. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly contributions: readonly Float64Array[];
  /** `[functions]`: by how much their sum is more than how the function changes there. */
  readonly gaps: readonly number[];
}

/** What the stretches may miss together, where it cancels out in the sum: a share of what all parts add, in absolute values. */
const UNSETTLED = 0.01;

/** Gauss-Lobatto's four points, the ends among them: exact for polynomials of degree 5. */
const INNER = [0.5 - Math.sqrt(0.05), 0.5 + Math.sqrt(0.05)] as const;
const WEIGHTS = [1 / 12, 5 / 12] as const;

/**
 * Integrates along a path from 0 to 1. Of each stretch it is known how much a function changes there, so the error of its integral is
 * known, and not an estimate: the worst stretches are halved until all is within the tolerance. Where a function bends, as at a maximum or
 * a ReLU, the stretches get short, and nowhere else.
 * @param evaluate the functions at some points, in their order
 * @returns an integral for each function, and how many points it took
 */
export async function integratePath(
  evaluate: (points: readonly number[]) => Promise<readonly PathPoint[]>,
  { tolerance, maxPoints }: PathIntegralOptions,
): Promise<{ integrals: PathIntegral[]; points: number }> {
  const known = new Map<number, PathPoint>();
  let points = 0;
  /** Cuts the path there, and integrates over each piece between two cuts. */
  const stretchesOf = async (cuts: readonly (readonly [number, number])[]): Promise<Stretch[]> => {
    const inner = ([from, to]: readonly [number, number]) => INNER.map((at) => from + at * (to - from));
    const needed = cuts.flatMap((cut) => [cut[0], ...inner(cut), cut[1]]);
    const missing = [...new Set(needed.filter((at) => !known.has(at)))];
    const found = await evaluate(missing);
    missing.forEach((at, i) => known.set(at, found[i] as PathPoint));
    points += missing.length;
    return cuts.map((cut) => {
      const four = [cut[0], ...inner(cut), cut[1]].map((at) => known.get(at) as PathPoint);
      // Those within are asked for once only.
      for (const at of inner(cut)) known.delete(at);
      return stretchOf(cut, four as [PathPoint, PathPoint, PathPoint, PathPoint]);
    });
  };

  let stretches = await stretchesOf([
    [0, 0.5],
    [0.5, 1],
  ]);
  const [first, last] = [known.get(0) as PathPoint, known.get(1) as PathPoint];
  const limits = Array.from(first.values, (value, f) => tolerance((last.values[f] as number) - value));
  for (;;) {
    // Five points for each that is halved.
    const worst = worstOf(stretches, limits).slice(0, Math.floor((maxPoints - points) / 5));
    if (worst.length === 0) break;
    const halves = await stretchesOf(
      worst.flatMap(({ from, to }): [number, number][] => [
        [from, (from + to) / 2],
        [(from + to) / 2, to],
      ]),
    );
    const gone = new Set(worst);
    stretches = [...stretches.filter((stretch) => !gone.has(stretch)), ...halves];
  }
  const integrals = limits.map((limit, f): PathIntegral => {
    const { contributions, sum, ...missing } = totalOf(stretches, f, limit);
    const [start, end] = [first.values[f] as number, last.values[f] as number];
    return { start, end, contributions, gap: Math.abs(sum), isWithin: isSettled({ sum, ...missing }, limit) };
  });
  return { integrals, points };
}

function stretchOf(
  [from, to]: readonly [number, number],
  four: readonly [PathPoint, PathPoint, PathPoint, PathPoint],
): Stretch {
  const [left, , , right] = four;
  const contributions = left.slopes.map((slopes, f) => {
    const parts = new Float64Array(slopes.length);
    four.forEach((point, i) => {
      const weight = (i % 3 === 0 ? WEIGHTS[0] : WEIGHTS[1]) * (to - from);
      const own = point.slopes[f] as ArrayLike<number>;
      for (let part = 0; part < parts.length; part++)
        parts[part] = (parts[part] as number) + weight * (own[part] as number);
    });
    return parts;
  });
  const gaps = contributions.map((parts, f) => {
    const change = (right.values[f] as number) - (left.values[f] as number);
    return parts.reduce((sum, part) => sum + part, 0) - change;
  });
  return { from, to, contributions, gaps };
}

/** What is missing of a function's integral: in the sum, where it may cancel out, and in all stretches. */
interface Missing {
  readonly sum: number;
  readonly all: number;
  /** What may be missing in all stretches. */
  readonly allowed: number;
}

function totalOf(
  stretches: readonly Stretch[],
  f: number,
  limit: number,
): Missing & { readonly contributions: Float64Array } {
  const contributions = new Float64Array(stretches[0]?.contributions[f]?.length ?? 0);
  let [sum, all] = [0, 0];
  for (const stretch of stretches) {
    const gap = stretch.gaps[f] as number;
    sum += gap;
    all += Math.abs(gap);
    const parts = stretch.contributions[f] as Float64Array;
    for (let part = 0; part < parts.length; part++)
      contributions[part] = (contributions[part] as number) + (parts[part] as number);
  }
  const size = contributions.reduce((total, each) => total + Math.abs(each), 0);
  return { sum, all, allowed: Math.max(limit, UNSETTLED * size), contributions };
}

const isSettled = ({ sum, all, allowed }: Missing, limit: number): boolean =>
  Math.abs(sum) <= limit && all <= allowed;

/** The stretches that most is missing of: without them, half of what may be; none where all functions are settled. */
function worstOf(stretches: readonly Stretch[], limits: readonly number[]): Stretch[] {
  const worst = new Set<Stretch>();
  limits.forEach((limit, f) => {
    const missing = totalOf(stretches, f, limit);
    if (isSettled(missing, limit)) return;
    const size = ({ gaps }: Stretch) => Math.abs(gaps[f] as number);
    const enough = Math.min(missing.all, missing.allowed) / 2;
    let left = missing.all;
    for (const stretch of stretches.toSorted((a, b) => size(b) - size(a))) {
      if (left <= enough) break;
      worst.add(stretch);
      left -= size(stretch);
    }
  });
  return [...worst];
}
