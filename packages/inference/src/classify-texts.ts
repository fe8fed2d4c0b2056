import { requireThat } from '@ulmfit/errors';
import type { DecidedClassifier } from './decided-classifier.js';
import type { DocumentLogitsOptions } from './document-logits.js';
import { predictTexts, requireTexts, type Prediction } from './predict-texts.js';

export interface ClassifyTextsOptions extends Pick<DocumentLogitsOptions, 'batchSize' | 'signal'> {
  /** Texts in memory at most: those of like length are read together. Default 2048. */
  readonly chunkSize?: number | undefined;
}

/** Characters in memory at most, a text that is longer by itself apart. */
const CHUNK_CHARACTERS = 4 * 1024 * 1024;

/**
 * Classifies any number of texts as they come, in their order: null for a text without words, of which any answer would be a guess.
 * @throws UlmfitError `BAD_OPTION` for what is no text or no source of texts; the error of the texts' reader; the signal's reason
 * @example
 * const decided = classifierFromBundle(readBundle('model'), 'model');
 * for await (const prediction of classifyTexts(decided, texts)) console.log(prediction?.label);
 */
export const classifyTexts = (
  classifier: DecidedClassifier,
  texts: Iterable<string> | AsyncIterable<string>,
  options: ClassifyTextsOptions = {},
): AsyncGenerator<Prediction | null, void> =>
  classifyBy((chunk, settings) => predictTexts(classifier, chunk, settings), texts, options);

/** The same by what predicts some texts at once, wherever it does. */
export async function* classifyBy(
  predict: (
    texts: readonly string[],
    options: Pick<DocumentLogitsOptions, 'batchSize' | 'signal'>,
  ) => Promise<readonly Prediction[]>,
  texts: Iterable<string> | AsyncIterable<string>,
  { chunkSize = 2048, ...options }: ClassifyTextsOptions = {},
): AsyncGenerator<Prediction | null, void> {
  requireThat(
    'classify: texts',
    texts,
    isSource(texts),
    'a list of texts, or what gives one after the other',
  );
  let first = 0;
  for await (const chunk of chunks(texts, chunkSize)) {
    requireTexts(chunk, first);
    first += chunk.length;
    const withWords = chunk.filter(hasWords);
    const predictions = withWords.length === 0 ? [] : await predict(withWords, options);
    let next = 0;
    for (const text of chunk) yield hasWords(text) ? (predictions[next++] ?? null) : null;
  }
}

/** What was read before an error is given before the error is thrown. */
async function* chunks(
  texts: Iterable<string> | AsyncIterable<string>,
  size: number,
): AsyncGenerator<readonly string[], void> {
  let chunk: string[] = [];
  let characters = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const text of texts) {
      chunk.push(text);
      characters += typeof text === 'string' ? text.length : 0;
      if (chunk.length < size && characters < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = [];
      characters = 0;
    }
  } catch (error) {
    failure = { error };
  }
  if (chunk.length > 0) yield chunk;
  if (failure) throw failure.error;
}

const hasWords = (text: string): boolean => /\S/.test(text);

/** A text alone would be taken letter by letter. */
const isSource = (texts: unknown): boolean =>
  typeof texts === 'object' && texts !== null && (Symbol.iterator in texts || Symbol.asyncIterator in texts);
