import { showName, UlmfitError } from '@ulmfit/errors';
import { fastaiTokenizer } from './fastai-tokenizer.js';
import { segmenterTokenizer } from './segmenter/segmenter-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

export interface TokenizerNamedOptions {
  /** How much to remember, as of each tokenizer; 0 for nothing. It changes the speed, never the tokens. */
  cacheSize?: number;
}

const segmenter = 'segmenter:';
const fastai = 'fastai';

/** The names of {@link tokenizerNamed}, for messages. */
export const tokenizerNames = 'fastai (English), segmenter:LANGUAGE (such as segmenter:de or segmenter:ja)';

/**
 * Whether {@link tokenizerNamed} knows a name, though its language may be none.
 * @example
 * isTokenizerName('segmenter:de'); // true
 */
export function isTokenizerName(name: string): boolean {
  return name === fastai || name.startsWith(segmenter);
}

/**
 * A tokenizer by its name: `fastai` for {@link fastaiTokenizer}, `segmenter:de` (any BCP 47 tag) for
 * {@link segmenterTokenizer}. Recipes and saved models name theirs, and each thread makes its own of the name.
 * @throws UlmfitError `UNKNOWN_TOKENIZER`, `BAD_LANGUAGE`, `NO_SEGMENTER`
 * @example
 * tokenizerNamed('segmenter:ja').tokenize('この映画は面白かった');
 */
export function tokenizerNamed(name: string, options: TokenizerNamedOptions = {}): Tokenizer {
  if (name === fastai) return fastaiTokenizer(options);
  if (name.startsWith(segmenter)) {
    return segmenterTokenizer({ ...options, language: name.slice(segmenter.length) });
  }
  throw new UlmfitError(
    'UNKNOWN_TOKENIZER',
    `tokenizer ${showName(name)}: unknown; give ${tokenizerNames}, or a module that exports one (./my-tokenizer.js)`,
  );
}

/**
 * The name of the tokenizer for texts in a language: `fastai` for English, else `segmenter:` and the tag.
 * @param language a BCP 47 tag, such as `de`, `ja` or `pt-BR`
 * @throws UlmfitError `BAD_LANGUAGE`, `NO_SEGMENTER`
 * @example
 * tokenizerForLanguage('de'); // 'segmenter:de'
 */
export function tokenizerForLanguage(language: string): string {
  const { name } = segmenterTokenizer({ language, cacheSize: 0 });
  return /:en(-|$)/.test(name) ? fastai : name;
}

/**
 * Whether a tokenizer is one of those that {@link tokenizerNamed} makes, so that its name is enough to have it elsewhere.
 * @example
 * isNamedTokenizer(fastaiTokenizer()); // true
 */
export function isNamedTokenizer({ name, rules }: Tokenizer): boolean {
  try {
    return isTokenizerName(name) && tokenizerNamed(name, { cacheSize: 0 }).rules === rules;
  } catch {
    return false;
  }
}
