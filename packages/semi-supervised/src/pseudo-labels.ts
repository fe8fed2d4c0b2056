import { requireInteger, requireShare, requireThat, UlmfitError } from '@ulmfit/errors';
import { randomKey, uniformValues } from '@ulmfit/kernels';

export interface PseudoLabelOptions {
  /** How many texts of each class are drawn at most. */
  readonly perClass: number;
  /** Draws them: an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined;
  /** The round of the self-training: another one draws others. Default 0. */
  readonly round?: number | undefined;
  /**
   * Whether texts are drawn, the more often the more the passes agree on them, or those of the highest mean probability are taken. Default `draw`.
   */
  readonly choose?: 'draw' | 'most-certain' | undefined;
  /**
   * The largest share of the texts that one class may be predicted for; 1 for data whose classes are of different sizes. A model that
   * leans to one side teaches itself to lean more. Default .7, and no less than what the classes' number allows.
   */
  readonly mostShare?: number | undefined;
}

/** Texts that a model has labelled itself, to be learned from. */
export interface PseudoLabels {
  /** Which of the texts, in their order. */
  readonly indices: Uint32Array;
  /** Their predicted classes. */
  readonly labels: Uint32Array;
  /** The mean probability of that class over the passes. */
  readonly probabilities: Float64Array;
  /** The share of all texts that each class was predicted for. */
  readonly shares: readonly number[];
}

/**
 * Chooses texts for self-training by how certain a model is of them (uncertainty-aware self-training, Mukherjee and Awadallah 2020,
 * section 3): the classes of a text are those of several passes with dropout. Where passes disagree, the model is
 * uncertain,
 * BALD `= H(mean p) - mean H(p)`; texts are drawn with a probability that falls with it, the same number of each predicted class.
 * Or take the most probable ones, when labels must be right rather than diverse.
 *
 * Train the next model on these and the labelled texts, starting from the language model, not from the model that labelled
 * them.
 * @param passes probabilities `[passes][texts][classes]`
 * @throws UlmfitError `BAD_OPTION`, `BAD_LABELS` for passes of different shapes, `ONE_SIDED` where one class is predicted for more than `mostShare`
 * @example
 * const { indices, labels } = pseudoLabels(passes, { perClass: 500, seed: 1, round: 1 });
 */
export function pseudoLabels(
  passes: readonly (readonly (readonly number[])[])[],
  { perClass, seed = 0, round = 0, choose = 'draw', mostShare = 0.7 }: PseudoLabelOptions,
): PseudoLabels {
  requireInteger('pseudoLabels: perClass', perClass);
  requireInteger('pseudoLabels: round', round, { from: 0 });
  requireShare('pseudoLabels: mostShare', mostShare);
  const [first] = passes;
  requireThat(
    'pseudoLabels: passes',
    passes,
    first !== undefined && first.length > 0,
    'probabilities of one text or more',
  );
  const texts = (first ?? []).length;
  const classes = first?.[0]?.length ?? 0;
  if (passes.some((pass) => pass.length !== texts || pass.some((row) => row.length !== classes))) {
    throw new UlmfitError(
      'BAD_LABELS',
      `pseudoLabels: passes of different shapes; give each the same ${texts} texts and ${classes} classes`,
    );
  }
  const keys = uniformValues(texts, 0, 1, randomKey({ seed, stream: 'pseudo labels', step: round }));
  const known = Array.from({ length: texts }, (_, text) => {
    const rows = passes.map((pass) => pass[text] ?? []);
    const mean = Array.from({ length: classes }, (_, c) => average(rows.map((row) => row[c] ?? NaN)));
    const doubt = entropyOf(mean) - average(rows.map(entropyOf));
    const label = mean.indexOf(Math.max(...mean));
    // The largest keys are a draw without replacement, by weights (Efraimidis and Spirakis 2006).
    const certainty = Math.max(1e-9, 1 - doubt / Math.log(Math.max(2, classes)));
    const probability = mean[label] ?? NaN;
    const key = choose === 'draw' ? Math.log(keys[text] ?? 0) / certainty : probability;
    return { label, probability, key };
  });
  const shares = Array.from({ length: classes }, (_, c) =>
    average(known.map(({ label }) => Number(label === c))),
  );
  const largest = Math.max(...shares);
  if (largest > Math.max(mostShare, 1 / classes)) {
    throw new UlmfitError(
      'ONE_SIDED',
      `pseudoLabels: ${(100 * largest).toFixed(0)} % of the texts are labelled as class ${shares.indexOf(largest)}, above the limit of ${(100 * mostShare).toFixed(0)} %; train a better model first, or raise mostShare if the class is that large`,
    );
  }
  const chosen = Array.from({ length: classes }, (_, c) =>
    known
      .map((each, index) => ({ ...each, index }))
      .filter(({ label }) => label === c)
      .sort((a, b) => b.key - a.key || a.index - b.index)
      .slice(0, perClass),
  )
    .flat()
    .sort((a, b) => a.index - b.index);
  return {
    indices: Uint32Array.from(chosen, ({ index }) => index),
    labels: Uint32Array.from(chosen, ({ label }) => label),
    probabilities: Float64Array.from(chosen, ({ probability }) => probability),
    shares,
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const entropyOf = (row: readonly number[]): number =>
  row.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
