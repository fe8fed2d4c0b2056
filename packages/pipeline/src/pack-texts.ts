import { UlmfitError } from '@ulmfit/errors';
import { TokenCorpusBuilder, type PackedTokens, type Tokenizer } from '@ulmfit/text/tokens';

/** Some texts, and how many come before them. */
export interface TextChunk {
  readonly texts: readonly string[];
  readonly before: number;
}

/** Why a text could not be tokenized, as it passes between threads. */
export interface PackFailure {
  /** The text's number, from 1. */
  readonly document: number;
  /** The code of a `UlmfitError`. */
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Tokenizes a chunk: the one way, whichever thread takes it. */
export function packTexts({ texts, before }: TextChunk, tokenizer: Tokenizer): PackedTokens | PackFailure {
  const builder = new TokenCorpusBuilder();
  for (const text of texts) {
    try {
      builder.add(tokenizer.tokenize(text));
    } catch (error) {
      return {
        document: before + builder.documents + 1,
        code: error instanceof UlmfitError ? error.code : undefined,
        message: error instanceof Error ? error.message : String(error),
        stack: error instanceof Error ? error.stack : undefined,
      };
    }
  }
  return builder.packed();
}
