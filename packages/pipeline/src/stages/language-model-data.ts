import { UlmfitError } from '@ulmfit/errors';
import {
  buildVocabulary,
  languageModelLoader,
  type ClassificationTask,
  type TextSource,
  type TokenCorpus,
  type TokenCorpusBuilder,
  type Tokenizer,
} from '@ulmfit/text';
import type { LanguageModelData } from './language-model-stage.js';
import type { Recipe } from '../recipe/recipe.js';
import { tokenized, type TokenizeOptions } from '../tokens/tokenized.js';

/** General text, tokenized. */
export function corpusTokens(
  corpus: TextSource,
  tokenizer: Tokenizer,
  options: TokenizeOptions,
): Promise<TokenCorpusBuilder> {
  const { signal } = options;
  const content = () => corpus.fingerprint({ signal });
  return tokenized(corpus.documents({ signal }), tokenizer, { ...options, content }, 'corpus');
}

/** The texts of a task that the recipe's language model is fine-tuned on, tokenized. */
export function taskTokens(
  task: ClassificationTask,
  { languageModel: { texts } }: Recipe,
  tokenizer: Tokenizer,
  options: TokenizeOptions,
): Promise<TokenCorpusBuilder> {
  const { fingerprint, settings } = task;
  const documents = task.languageModelTexts(texts, options);
  const content = async () => JSON.stringify([fingerprint, settings, texts]);
  return tokenized(documents, tokenizer, { ...options, content }, 'texts');
}

/**
 * What a language model learns from and is validated on, in the words of the text.
 * @throws UlmfitError `TOO_FEW_DOCUMENTS`
 */
export function languageModelData(
  stage: string,
  tokens: TokenCorpusBuilder,
  { vocabulary: words, languageModel }: Recipe,
): LanguageModelData {
  if (tokens.documents < 2) {
    throw new UlmfitError(
      'TOO_FEW_DOCUMENTS',
      `${stage}: the text is a single document, and validation needs one too; separate documents by two blank lines`,
    );
  }
  const vocabulary = buildVocabulary(tokens.counts(), words);
  return { ...holdOut(tokens.build(vocabulary), languageModel.validationShare), vocabulary };
}

/**
 * Makes sure that a task's texts are enough for the batches that the language model is fine-tuned in. Many texts are, and few
 * are tokenized for it.
 * @throws UlmfitError `CORPUS_TOO_SMALL`
 */
export async function requireBatches(
  task: ClassificationTask,
  recipe: Recipe,
  tokenizer: Tokenizer,
  { signal }: Pick<TokenizeOptions, 'signal'>,
): Promise<void> {
  const { texts, validationShare, batchSize } = recipe.languageModel;
  const read: string[] = [];
  for await (const text of task.languageModelTexts(texts, { signal })) {
    read.push(text);
    const held = heldOut(read.length, validationShare);
    // Each text has a token that begins it.
    if (Math.min(held, read.length - held) > batchSize) return;
  }
  const tokens = await tokenized(read, tokenizer, { signal, workers: 1 });
  const { train, valid } = languageModelData('finetune', tokens, recipe);
  for (const part of [train, valid])
    languageModelLoader(part, { batchSize, window: 1, seed: 0, stage: 'finetune' });
}

const heldOut = (documents: number, share: number): number => Math.max(1, Math.floor(documents * share));

/** The first documents, at least one, for validation, and the rest to train on. */
function holdOut(corpus: TokenCorpus, share: number): { train: TokenCorpus; valid: TokenCorpus } {
  const held = heldOut(corpus.length, share);
  const all = Array.from({ length: corpus.length }, (_, i) => i);
  return { valid: corpus.subset(all.slice(0, held)), train: corpus.subset(all.slice(held)) };
}
