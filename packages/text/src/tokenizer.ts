/**
 * Splits a text into tokens. Implement it for another language or for subwords: everything downstream (vocabularies,
 * corpora, saved models) asks for no more than this.
 *
 * The same text must always give the same tokens, whatever was tokenized before it, and no text may make it throw.
 */
export interface Tokenizer {
  /** A short name for messages and for the configuration of saved models, such as `fastai`. */
  readonly name: string;
  /**
   * The fingerprint of everything that decides the tokens: two tokenizers of equal fingerprint give equal tokens. Part of
   * the key of caches, so a rule that changes its results must change the fingerprint.
   */
  readonly rules: string;
  tokenize(text: string): string[];
}
