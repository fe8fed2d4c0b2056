import { brief, showName, UlmfitError } from '@ulmfit/errors';
import type { PackedTokens } from './packed-tokens.js';
import { TokenCorpusBuilder } from './token-corpus-builder.js';
import { isTokenizerName } from './tokenizer-names.js';
import type { Tokenizer } from './tokenizer.js';

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

/**
 * The error of a text that could not be tokenized, as the thread that asked throws it.
 * @param what the texts are, such as `documents`
 */
export function packError({ document, code, message, stack }: PackFailure, what: string): Error {
  const text = `${what}: document ${document}: ${message}`;
  const thrown = new Error(message);
  if (stack !== undefined) thrown.stack = stack;
  if (code !== undefined) return new UlmfitError(code, text, { cause: thrown });
  const error = new Error(text);
  if (stack !== undefined) error.stack = `${text}\n${stack}`;
  return error;
}

/** Tokenizes a chunk: the one way, whichever thread takes it. */
export function packTexts({ texts, before }: TextChunk, tokenizer: Tokenizer): PackedTokens | PackFailure {
  const builder = new TokenCorpusBuilder();
  for (const text of texts) {
    try {
      builder.add(checkTokens(tokenizer.tokenize(text), tokenizer));
    } catch (thrown) {
      const error = errorOf(thrown, tokenizer);
      return {
        document: before + builder.documents + 1,
        code: error instanceof UlmfitError ? error.code : undefined,
        message: messageOf(error),
        stack: thrown instanceof Error ? thrown.stack : undefined,
      };
    }
  }
  return builder.packed();
}

/** A custom tokenizer may be plain JavaScript. @throws UlmfitError `BAD_TOKENS` */
function checkTokens(tokens: unknown, { name }: Tokenizer): string[] {
  if (Array.isArray(tokens)) {
    const wrong = tokens.findIndex((token) => typeof token !== 'string');
    if (wrong < 0) return tokens as string[];
    throw badTokens(name, `gave ${brief(tokens[wrong])} as token ${wrong + 1}`);
  }
  throw badTokens(name, `gave ${tokens instanceof Promise ? 'a promise' : brief(tokens)}`);
}

function badTokens(name: string, what: string): UlmfitError {
  return new UlmfitError(
    'BAD_TOKENS',
    `the tokenizer ${showName(name)} ${what}; it must return a list of strings`,
  );
}

/** What was thrown, unless a custom tokenizer threw: that is for the user to correct, while one of ours is a bug. */
function errorOf(thrown: unknown, { name }: Tokenizer): unknown {
  if (thrown instanceof UlmfitError || isTokenizerName(name)) return thrown;
  const [line = ''] = messageOf(thrown).split('\n');
  return new UlmfitError(
    'TOKENIZER_FAILED',
    `the tokenizer ${showName(name)} threw ${brief(line)}; it must accept any text`,
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
