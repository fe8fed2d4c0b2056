import type { LinearClassifier } from '@ulmfit/linear';
import { tokenSpans, type TokenSpan } from '@ulmfit/text';

/** What a linear model says of a text: `logit` is exactly `baseline` and all contributions. */
export interface LinearContributions {
  readonly logit: number;
  /** Of a text without words that it knows. */
  readonly baseline: number;
  /** Of each of the tokens. */
  readonly contributions: Float64Array;
}

/**
 * What each token of a text says to a linear model, whose words are others: a word's contribution is shared out over the tokens that it
 * lies over, by their characters. One that lies over none goes to the token after it, or before it at the end.
 * @param spans where the tokens stand, at least one
 */
export function linearContributions(
  linear: LinearClassifier,
  text: string,
  spans: readonly TokenSpan[],
  classes: readonly number[],
): LinearContributions[] {
  let shares: readonly (readonly (readonly [token: number, share: number])[])[] | undefined;
  return classes.map((index) => {
    const { logit, intercept, words, contributions } = linear.explainWords(text, index);
    shares ??= sharesOf(tokenSpans(text, words), spans);
    const byToken = new Float64Array(spans.length);
    contributions.forEach((contribution, word) => {
      for (const [token, share] of shares?.[word] ?? [])
        byToken[token] = (byToken[token] as number) + share * contribution;
    });
    return { logit, baseline: intercept, contributions: byToken };
  });
}

/** Of each word, which tokens it lies over, and its share in each. */
function sharesOf(
  words: readonly TokenSpan[],
  tokens: readonly TokenSpan[],
): (readonly [token: number, share: number])[][] {
  let first = 0;
  return words.map(({ start, end }) => {
    // Both ascend.
    while (first < tokens.length - 1 && (tokens[first] as TokenSpan).end <= start) first++;
    const over: [number, number][] = [];
    for (let t = first; t < tokens.length && (tokens[t] as TokenSpan).start < end; t++) {
      const token = tokens[t] as TokenSpan;
      const characters = Math.min(end, token.end) - Math.max(start, token.start);
      if (characters > 0) over.push([t, characters]);
    }
    const all = over.reduce((sum, [, characters]) => sum + characters, 0);
    return all === 0 ? [[first, 1] as const] : over.map(([t, characters]) => [t, characters / all] as const);
  });
}
