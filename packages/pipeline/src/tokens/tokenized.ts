import { availableParallelism } from 'node:os';
import {
  packError,
  packTexts,
  TokenCorpusBuilder,
  type PackedTokens,
  type PackFailure,
  type TextChunk,
  type TokenCorpus,
  type Tokenizer,
  type Vocabulary,
} from '@ulmfit/text';
import { firstThenOthers, yieldToEvents } from '@ulmfit/trainer';
import type { StageContext } from '../stage-context.js';
import type { TokenCache } from './token-cache.js';
import { TokenizerPool } from './tokenizer-pool.js';

/** Texts, in memory or as they are read. */
export type Documents = Iterable<string> | AsyncIterable<string>;

/** With a `collective` and a cache, one rank tokenizes for all that share it. */
export interface TokenizeOptions extends Pick<StageContext, 'onEvent' | 'signal' | 'collective'> {
  /**
   * Threads that tokenize; default one a core, 8 at most (one thread reads for them all). With 1, for a short text, and for
   * a tokenizer of your own that says no module, there are none. The tokens are the same with any number.
   */
  readonly workers?: number | undefined;
  /** Where tokens are kept for the next time; they aren't without it. */
  readonly cache?: TokenCache | undefined;
  /** What the documents are, such as a hash of their file: keys the cache. Texts in memory are hashed themselves. */
  readonly content?: (() => Promise<string>) | undefined;
}

/** A chunk is handed to a thread, and merged, at once; characters, about a tenth of a second's work. */
const CHUNK = 256 * 1024;
/** What is tokenized before threads are started: they take as long to start. */
const SHORT = 2 * 1024 * 1024;

/**
 * Tokenizes documents, packed as they come: in memory are the ids and a bounded number of texts. Without `cache` nothing is
 * read or written.
 * @throws the error of the reader; of the tokenizer, with the document's number; the signal's reason
 * @example
 * const builder = await tokenized(texts, fastaiTokenizer(), { cache: new TokenCache() });
 * const vocabulary = buildVocabulary(builder.counts(), { maxWords: 60_000, minCount: 2 });
 * const corpus = builder.build(vocabulary);
 */
export async function tokenized(
  documents: Documents,
  tokenizer: Tokenizer,
  options: TokenizeOptions = {},
  what = 'documents',
): Promise<TokenCorpusBuilder> {
  const { collective, cache } = options;
  const work = () => tokenizedHere(documents, tokenizer, options, what);
  return collective && cache ? firstThenOthers(collective, work) : work();
}

async function tokenizedHere(
  documents: Documents,
  tokenizer: Tokenizer,
  options: TokenizeOptions,
  what: string,
): Promise<TokenCorpusBuilder> {
  const { onEvent, cache, content } = options;
  const key = await cache?.keyOf(tokenizer, content ?? documents);
  const kept = key === undefined ? undefined : cache?.read(key);
  const builder = kept ?? new TokenCorpusBuilder();
  const tell = (done: boolean) =>
    onEvent?.({
      type: 'tokenize',
      stage: what,
      documents: builder.documents,
      tokens: builder.tokens,
      done,
      ...(kept && { cached: true }),
    });
  if (!kept) {
    for await (const packed of packedChunks(documents, tokenizer, options)) {
      if ('message' in packed) throw packError(packed, what);
      builder.addPacked(packed);
      tell(false);
    }
    // A file may have changed while it was read: its tokens are kept under what it was before and after.
    if (key !== undefined && (!content || (await cache?.keyOf(tokenizer, content)) === key))
      cache?.write(key, builder.packed());
  }
  tell(true);
  return builder;
}

/**
 * Documents in the ids of a vocabulary.
 * @example
 * const corpus = await encoded(texts, fastaiTokenizer(), vocabulary);
 * corpus.length === texts.length; // true
 */
export async function encoded(
  documents: Documents,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
  options?: TokenizeOptions,
  what?: string,
): Promise<TokenCorpus> {
  return (await tokenized(documents, tokenizer, options, what)).build(vocabulary);
}

/** The documents' tokens in their order, whatever takes which chunk. At most two chunks a thread are under way. */
async function* packedChunks(
  documents: Documents,
  tokenizer: Tokenizer,
  { workers = Math.min(availableParallelism(), 8), signal }: TokenizeOptions,
): AsyncGenerator<PackedTokens | PackFailure> {
  let pool: TokenizerPool | undefined;
  let mayStart = workers > 1;
  let characters = 0;
  const underWay: Promise<PackedTokens | PackFailure>[] = [];
  try {
    for await (const chunk of chunks(documents)) {
      signal?.throwIfAborted();
      if (mayStart && characters >= SHORT) {
        mayStart = false;
        if (TokenizerPool.canRun(tokenizer)) pool = new TokenizerPool(workers, tokenizer, signal);
      }
      for (const text of chunk.texts) characters += text.length;
      if (!pool) {
        yield packTexts(chunk, tokenizer);
        await yieldToEvents();
        continue;
      }
      const result = pool.run(chunk);
      result.catch(() => undefined); // It is told when its turn comes.
      underWay.push(result);
      if (underWay.length === 2 * workers) yield await (underWay.shift() as typeof result);
    }
    for (const result of underWay) yield await result;
    signal?.throwIfAborted();
  } finally {
    await pool?.close();
  }
}

async function* chunks(documents: Documents): AsyncGenerator<TextChunk> {
  let texts: string[] = [];
  let before = 0;
  let characters = 0;
  for await (const text of documents) {
    texts.push(text);
    characters += text.length;
    if (characters < CHUNK) continue;
    yield { texts, before };
    before += texts.length;
    texts = [];
    characters = 0;
  }
  if (texts.length > 0) yield { texts, before };
}
