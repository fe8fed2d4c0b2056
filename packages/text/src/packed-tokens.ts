/**
 * Tokenized documents, packed: what threads hand on and caches keep. Equal documents in equal order give equal
 * `PackedTokens`.
 */
export interface PackedTokens {
  /** The different tokens, in order of first appearance. */
  readonly words: readonly string[];
  /** Each token of each document, by its index in `words`. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** The number of tokens of each document. */
  readonly lengths: Int32Array<ArrayBuffer>;
}
