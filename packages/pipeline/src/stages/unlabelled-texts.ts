import { UlmfitError } from '@ulmfit/errors';
import { permutation, randomKey } from '@ulmfit/kernels';
import type { ClassificationTask, TokenCorpus, Tokenizer, Vocabulary } from '@ulmfit/text';
import { encoded, type TokenizeOptions } from '../tokens/tokenized.js';

/** Texts whose labels nobody has told, or is not to use. */
export interface UnlabelledTexts {
  readonly texts: readonly string[];
  readonly documents: TokenCorpus;
}

/**
 * Draws some of a task's texts without a label, in the order in which they come; all where there are no more.
 * @throws UlmfitError `NO_TEXTS`
 */
export async function drawUnlabelled(
  task: ClassificationTask,
  count: number,
  {
    seed,
    tokenizer,
    vocabulary,
  }: { readonly seed: number; readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary },
  options: TokenizeOptions,
): Promise<UnlabelledTexts> {
  const read = () => task.languageModelTexts('unlabelled', options);
  let all = 0;
  for await (const text of read()) all += Number(/\S/.test(text));
  if (all === 0)
    throw new UlmfitError(
      'NO_TEXTS',
      `${task.name}: holds no unlabelled texts, but the recipe learns from some; add some, or change the recipe`,
    );
  const drawn = new Set(permutation(all, randomKey({ seed, stream: 'unlabelled texts' })).subarray(0, count));
  const texts: string[] = [];
  let place = 0;
  for await (const text of read()) if (/\S/.test(text) && drawn.has(place++)) texts.push(text);
  return { texts, documents: await encoded(texts, tokenizer, vocabulary, options, 'texts without a label') };
}
