import { TokenCorpusBuilder, type TokenCorpus, type Tokenizer, type Vocabulary } from '@ulmfit/text';
import { yieldToEvents } from '@ulmfit/trainer';
import type { StageContext } from './stage-context.js';

/** Texts, in memory or as they are read. */
export type Documents = Iterable<string> | AsyncIterable<string>;

/** Tokenizes documents one by one, packed as they come. */
export async function tokenized(
  documents: Documents,
  tokenizer: Tokenizer,
  { onEvent, signal }: Pick<StageContext, 'onEvent' | 'signal'> = {},
  what = 'documents',
): Promise<TokenCorpusBuilder> {
  const builder = new TokenCorpusBuilder();
  const tell = (done: boolean) =>
    onEvent?.({ type: 'tokenize', stage: what, documents: builder.documents, tokens: builder.tokens, done });
  for await (const document of documents) {
    builder.add(tokenizer.tokenize(document));
    if (builder.documents % 500 === 0) {
      tell(false);
      await yieldToEvents();
      signal?.throwIfAborted();
    }
  }
  tell(true);
  return builder;
}

/** Documents in the ids of a vocabulary. */
export async function encoded(
  documents: Documents,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
  context?: Pick<StageContext, 'onEvent' | 'signal'>,
  what?: string,
): Promise<TokenCorpus> {
  return (await tokenized(documents, tokenizer, context, what)).build(vocabulary);
}
