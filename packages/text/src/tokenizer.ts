/**
 * Splits a text into tokens. Implement it for another language or for subwords: everything downstream (vocabularies,
 * corpora, saved models) asks for no more than this.
 *
 * The same text must always give the same tokens, whatever was tokenized before it, and no text may make it throw.
 *
 * @example
 * export const tokenizer: Tokenizer = {
 *   name: 'spaces',
 *   rules: 'spaces/1',
 *   tokenize: (text) => ['xxbos', ...text.toLowerCase().split(/\s+/).filter(Boolean)],
 * };
 */
export interface Tokenizer {
  /** A short name for messages and for the configuration of saved models, such as `fastai` or `segmenter:de`. */
  readonly name: string;
  /**
   * The fingerprint of everything in the code that decides the tokens: two tokenizers of equal fingerprint give equal
   * tokens in the same environment. Part of the key of caches, and kept with models, so a rule that changes its results must
   * change the fingerprint.
   */
  readonly rules: string;
  /**
   * The fingerprint of what decides the tokens outside of the code, such as the engine's data for languages. Part of the key
   * of caches too; a model that was saved in another environment loads, with a warning. Absent when there is no such thing.
   */
  readonly environment?: string;
  /** The URL of an ES module that exports this tokenizer, as `loadTokenizer` reads one: worker threads load it from there. */
  readonly module?: string;
  tokenize(text: string): string[];
}
