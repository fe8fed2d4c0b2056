/**
 * The special tokens in the order of their ids, 0 to 8 (fastai's `text_spec_tok`): unknown word, padding, beginning of a
 * document, end of a document, field mark, repeated character, repeated word, upper-case word, capitalised word.
 */
export const specialTokens = [
  'xxunk',
  'xxpad',
  'xxbos',
  'xxeos',
  'xxfld',
  'xxrep',
  'xxwrep',
  'xxup',
  'xxmaj',
] as const;

/** A row that stands for no word: fills a vocabulary up to a round size. */
export const fillerToken = 'xxfake';

const special: ReadonlySet<string> = new Set([...specialTokens, fillerToken]);

/**
 * Whether a token is a mark or a filler, and no word of a text.
 * @example
 * isSpecialToken('xxmaj'); // true
 */
export const isSpecialToken = (token: string): boolean => special.has(token);
