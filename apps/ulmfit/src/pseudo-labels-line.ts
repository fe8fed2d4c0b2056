import type { PseudoLabelsEvent } from '@ulmfit/pipeline';

/** What a classifier has labelled itself, in one line. */
export function pseudoLabelsLine({ stage, round, texts, shares, probability }: PseudoLabelsEvent): string {
  const most = Math.max(...shares);
  return `${stage}: round ${round} of self-training learns from ${texts} texts that the model has labelled, mean probability ${probability.toFixed(2)}; the most frequent class has ${(100 * most).toFixed(0)} % of all it has labelled`;
}
