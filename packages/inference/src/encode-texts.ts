import {
  packError,
  packTexts,
  TokenCorpusBuilder,
  type TokenCorpus,
  type Tokenizer,
  type Vocabulary,
} from '@ulmfit/text';
import { yieldToEvents } from '@ulmfit/trainer';

/** Characters between two pauses: about a tenth of a second's work. */
const CHUNK = 256 * 1024;

/**
 * Texts in the ids of a vocabulary.
 * @throws what the tokenizer throws, with the text's number; the signal's reason
 */
export async function encodeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
  signal?: AbortSignal,
): Promise<TokenCorpus> {
  const builder = new TokenCorpusBuilder();
  for (let before = 0; before < texts.length;) {
    signal?.throwIfAborted();
    let [end, characters] = [before, 0];
    while (end < texts.length && characters < CHUNK) characters += texts[end++]?.length ?? 0;
    const packed = packTexts({ texts: texts.slice(before, end), before }, tokenizer);
    if ('message' in packed) throw packError(packed, 'documents');
    builder.addPacked(packed);
    before = end;
    await yieldToEvents();
  }
  return builder.build(vocabulary);
}
