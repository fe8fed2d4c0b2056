import { requireInteger } from '@ulmfit/errors';
import { ownString } from '../own-string.js';
import { forEachStretch } from '../stretches.js';
import type { Tokenizer } from '../tokenizer.js';
import { WordCache } from '../word-cache.js';
import { prefixLength, suffixLength } from './affixes.js';
import { englishExceptions } from './exceptions.js';
import { splitInfixes } from './infixes.js';
import { SpecialCaseMatcher } from './special-case-matcher.js';
import { WordSplitter } from './word-splitter.js';

export interface EnglishTokenizerOptions {
  /** Further words that are never split, such as the special tokens. */
  wholeWords?: readonly string[];
  /**
   * How many distinct words (what stands between white space) to remember the tokens of, 0 for none. It changes the speed,
   * never the tokens.
   */
  cacheSize?: number;
}

/** The tokens of a word before and after exceptions are put back together; one array if that changes nothing. */
interface SplitWord {
  readonly split: readonly string[];
  readonly tokens: readonly string[];
}

/** Longer words are rare: they are split again each time rather than filling the cache. */
const longestCached = 64;
const defaultCacheSize = 32_768;

/**
 * spaCy's tokenizer for English (`spacy.blank('en')`), token for token: white space, then prefixes, suffixes, exceptions,
 * web addresses and infixes. Single spaces between words are dropped, other white space makes tokens of its own.
 * Takes linear time on any text and never throws.
 *
 * @throws UlmfitError `BAD_OPTION` when `cacheSize` is not 0, 1, 2, ...
 * @example
 * englishTokenizer().tokenize("It's great."); // ['It', "'s", 'great', '.']
 */
export function englishTokenizer(options: EnglishTokenizerOptions = {}): Tokenizer {
  const { wholeWords = [], cacheSize = defaultCacheSize } = options;
  requireInteger('cacheSize', cacheSize, { from: 0 });
  const exceptions = englishExceptions();
  for (const word of wholeWords) exceptions.set(word, [word]);
  const splitter = new WordSplitter(exceptions);
  const withoutExceptions = new WordSplitter(new Map());
  const matcher = new SpecialCaseMatcher(exceptions, (word) =>
    isTakenApart(word) ? withoutExceptions.split(word) : undefined,
  );
  const cache = cacheSize > 0 ? new WordCache<SplitWord>(cacheSize) : undefined;

  const splitWord = (word: string): SplitWord => {
    const split = splitter.split(word);
    return { split, tokens: matcher.apply(split) };
  };
  const lookUp = (text: string, start: number, end: number, hash: number): SplitWord => {
    if (cache === undefined || end - start > longestCached) return splitWord(text.slice(start, end));
    const known = cache.get(text, start, end, hash);
    if (known !== undefined) return known;
    const word = ownString(text.slice(start, end)); // The cache outlives documents.
    const result = splitWord(word);
    cache.set(word, hash, result);
    return result;
  };

  /** As the reference does it: over the whole text, since a match that runs over a space hides one within a word. */
  const tokenizeAcrossWords = (text: string): string[] => {
    const tokens: string[] = [];
    const spaceAfter: boolean[] = [];
    forEachStretch(text, (start, end, isWhite, hash, dropsSpace) => {
      if (isWhite) tokens.push(text.slice(start, end));
      else for (const token of lookUp(text, start, end, hash).split) tokens.push(token);
      spaceAfter[tokens.length - 1] = dropsSpace;
    });
    return matcher.apply(tokens, spaceAfter);
  };

  return {
    name: 'english',
    rules: ['english/1', ...wholeWords].join(' '),
    tokenize(text) {
      const tokens: string[] = [];
      let putTogether = false;
      forEachStretch(text, (start, end, isWhite, hash) => {
        if (isWhite) {
          tokens.push(text.slice(start, end));
          return;
        }
        const word = lookUp(text, start, end, hash);
        putTogether ||= word.tokens !== word.split;
        for (const token of word.tokens) tokens.push(token);
      });
      return putTogether ? tokenizeAcrossWords(text) : tokens;
    },
  };
}

/** Whether a prefix, suffix or infix is split off an exception, so that it may be found in pieces. */
function isTakenApart(word: string): boolean {
  return (
    prefixLength(word, 0, word.length) > 0 ||
    suffixLength(word, 0, word.length) > 0 ||
    splitInfixes(word).length > 1
  );
}
