import { createTokenizer } from './create-tokenizer.js';
import { englishTokenizer } from './english/english-tokenizer.js';
import { fastaiTextRules, fastaiTokenRules } from './rules/fastai-rules.js';
import { specialTokens } from './special-tokens.js';
import type { Tokenizer } from './tokenizer.js';

export interface FastaiTokenizerOptions {
  /** How many distinct stretches between spaces to remember; 0 for none. It changes the speed, never the tokens. */
  cacheSize?: number;
}

/**
 * fastai's default tokenizer for English, token for token: its text rules, then spaCy's rules for English. Every document
 * begins with `xxbos`.
 * @example
 * fastaiTokenizer().tokenize("It's GREAT!"); // ['xxbos', 'xxmaj', 'it', "'s", 'xxup', 'great', '!']
 */
export function fastaiTokenizer(options: FastaiTokenizerOptions = {}): Tokenizer {
  return createTokenizer({
    name: 'fastai',
    rules: fastaiTextRules,
    base: englishTokenizer({ ...options, wholeWords: specialTokens }),
    tokenRules: fastaiTokenRules,
  });
}
