import { requireInteger, requirePositive, requireShare, requireThat } from '@ulmfit/errors';

/** How the next word is drawn of the model's probabilities. What is left after each limit is drawn from in proportion. */
export interface SamplingOptions {
  /** Divides the logits: below 1 likely words become likelier. 0 takes the likeliest always. Default 0.8. */
  readonly temperature?: number | undefined;
  /** The so many likeliest words alone. Default: all. */
  readonly topK?: number | undefined;
  /** The fewest likeliest words whose probabilities reach this together (Holtzman et al. 2019). From 0 to 1; default 0.95. */
  readonly topP?: number | undefined;
  /** Words of at least this share of the likeliest one's probability (Nguyen et al. 2024). From 0 to 1; default 0. */
  readonly minP?: number | undefined;
}

export type Sampling = Readonly<Record<'temperature' | 'topK' | 'topP' | 'minP', number>>;

/**
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * samplingOf({ topK: 40 }); // { temperature: 0.8, topK: 40, topP: 0.95, minP: 0 }
 */
export function samplingOf({
  temperature = 0.8,
  topK = Infinity,
  topP = 0.95,
  minP = 0,
}: SamplingOptions): Sampling {
  requireThat('temperature', temperature, temperature >= 0 && temperature <= 100, 'from 0 to 100');
  if (topK !== Infinity) requireInteger('topK', topK);
  requirePositive('topP', topP);
  requireShare('topP', topP);
  requireShare('minP', minP);
  return { temperature, topK, topP, minP };
}

/**
 * Draws an index of logits.
 * @param excluded indices that are never drawn
 * @param random a number from 0 to below 1
 * @example
 * nextToken([1, 5, 2], samplingOf({ temperature: 0 }), new Set(), 0.5); // 1
 */
export function nextToken(
  logits: ArrayLike<number>,
  { temperature, topK, topP, minP }: Sampling,
  excluded: ReadonlySet<number>,
  random: number,
): number {
  const ranked = Array.from({ length: logits.length }, (_, id) => id).filter((id) => !excluded.has(id));
  const logit = (id: number) => logits[id] ?? -Infinity;
  // Equal logits in the order of their ids: a sort is stable.
  ranked.sort((a, b) => logit(b) - logit(a));
  const [first = 0] = ranked;
  if (temperature === 0) return first;
  const weights = ranked.slice(0, topK).map((id) => Math.exp((logit(id) - logit(first)) / temperature));
  const all = sum(weights);
  let kept = 0;
  let reached = 0;
  for (const weight of weights) {
    // The first is kept whatever the limits.
    if (kept > 0 && (reached >= topP * all || weight < minP)) break;
    reached += weight;
    kept++;
  }
  let at = random * reached;
  for (let i = 0; i < kept; i++) {
    at -= weights[i] ?? 0;
    if (at < 0) return ranked[i] ?? first;
  }
  return ranked[kept - 1] ?? first;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
