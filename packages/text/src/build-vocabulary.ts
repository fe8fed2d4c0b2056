import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { fillerToken, specialTokens } from './special-tokens.js';
import { Vocabulary } from './vocabulary.js';

export interface BuildVocabularyOptions {
  /** Rows at most, special tokens among them and `xxfake` rows not. Default 60,000. */
  maxWords?: number;
  /** How often a word has to be seen. Default 3. */
  minCount?: number;
  /** `xxfake` rows fill the size up to the next multiple of it (a full multiple more when it is one already); default 8. */
  padToMultipleOf?: number | false;
}

/**
 * How often each token occurs, in order of first appearance.
 * @example
 * countTokens([['a', 'film'], ['a', 'plot']]).get('a'); // 2
 */
export function countTokens(documents: Iterable<readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tokens of documents) {
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

/**
 * The vocabulary of a corpus: special tokens first, then words by falling count, equal counts in order of first
 * appearance. The arithmetic is that of fastai 2.8's `make_vocab`, so the ids are the same: special tokens that occur in
 * the text count towards the `maxWords` most frequent ones before they move to the front, and 10,000 words become 10,008.
 * @param source Counts by token in order of first appearance, or the documents' tokens.
 * @throws UlmfitError `BAD_OPTION` for a size or count that is no positive integer, or no room for the special tokens.
 * @example
 * const vocabulary = buildVocabulary(documents, { maxWords: 60_000, minCount: 2 });
 */
export function buildVocabulary(
  source: ReadonlyMap<string, number> | Iterable<readonly string[]>,
  { maxWords = 60_000, minCount = 3, padToMultipleOf = 8 }: BuildVocabularyOptions = {},
): Vocabulary {
  requireInteger('maxWords', maxWords);
  requireInteger('minCount', minCount);
  if (maxWords < specialTokens.length) {
    throw new UlmfitError(
      'BAD_OPTION',
      `maxWords: ${maxWords} leaves no room for the ${specialTokens.length} special tokens; raise it`,
    );
  }
  const counts = isCounts(source) ? source : countTokens(source);
  const special = new Set<string>(specialTokens);
  const words = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxWords)
    .filter(([word, count]) => count >= minCount && !special.has(word))
    .map(([word]) => word);
  const itos = [...specialTokens, ...words].slice(0, maxWords);
  if (padToMultipleOf !== false) {
    requireInteger('padToMultipleOf', padToMultipleOf);
    const fillers = padToMultipleOf - (itos.length % padToMultipleOf);
    for (let i = 0; i < fillers; i++) itos.push(fillerToken);
  }
  return new Vocabulary(itos);
}

function isCounts(
  source: ReadonlyMap<string, number> | Iterable<readonly string[]>,
): source is ReadonlyMap<string, number> {
  return source instanceof Map;
}
