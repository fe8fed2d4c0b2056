import { buildVocabulary, type BuildVocabularyOptions } from './build-vocabulary.js';
import { ownString } from './own-string.js';
import type { ClassificationTask, LanguageModelTexts, ReadTaskOptions } from './task.js';
import type { TaskSummary } from './task-summary.js';
import type { Tokenizer } from './tokenizer.js';
import type { Vocabulary } from './vocabulary.js';

/** What a task's texts are in tokens. */
export interface TokenSurvey {
  /** Of the texts for the language model, and of each set of labelled texts. */
  readonly tokens: Readonly<Record<'languageModel' | 'train' | 'valid' | 'test', number>>;
  /** Characters of the texts for the language model. */
  readonly characters: number;
  /** Rows of the vocabulary of the texts for the language model. */
  readonly vocabulary: number;
  /** The share of the tokens of a held-out set that this vocabulary lacks; absent where the set has no text. */
  readonly unknown: { readonly valid?: number; readonly test?: number };
  /** Whether every text was read: else all of this is estimated from some of them. */
  readonly exact: boolean;
  /** Characters that one thread makes tokens of in a second. */
  readonly charactersPerSecond: number;
}

export interface SurveyTokensOptions extends ReadTaskOptions {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: BuildVocabularyOptions;
  /** The texts that the language model learns from. */
  readonly texts: LanguageModelTexts;
  /** What `summarizeTask` gives for the task. */
  readonly summary: Pick<TaskSummary, 'sets'>;
  /**
   * Characters that are cut into tokens for the vocabulary, and a quarter as many for each held-out set, from texts that are evenly
   * spread over a larger task. Default: all.
   */
  readonly limit?: number | undefined;
}

/** With a limit no more characters than so many times it are read: of files that large, the rest is taken to be alike. */
const READ_TIMES = 8;

/**
 * Counts a task's tokens, and the unknown words among those held out. Texts are streamed; only word counts are kept.
 * @throws UlmfitError as reading the task does
 * @example
 * const { unknown } = await surveyTokens(task, { tokenizer, vocabulary: {}, texts: 'unlabelled', summary });
 */
export async function surveyTokens(
  task: Pick<ClassificationTask, 'labelled' | 'languageModelTexts'>,
  options: SurveyTokensOptions,
): Promise<TokenSurvey> {
  const { tokenizer, texts, summary, limit = Infinity, signal } = options;
  const counts = new Map<string, number>();
  const characters = charactersOf(summary, texts);
  const begun = performance.now();
  const learnt = await readTokens(
    task.languageModelTexts(texts, { signal }),
    { tokenizer, total: characters.languageModel, limit },
    (token) => {
      const known = counts.get(token);
      if (known === undefined) counts.set(ownString(token), 1);
      else counts.set(token, known + 1);
    },
  );
  const charactersPerSecond = (1000 * learnt.characters) / Math.max(1, performance.now() - begun);
  const vocabulary = buildVocabulary(counts, options.vocabulary);
  const perCharacter = learnt.tokens / Math.max(1, learnt.characters);
  let exact = learnt.whole;
  const heldOut = async (set: 'valid' | 'test') => {
    if (summary.sets[set].texts === 0) return { tokens: 0, unknown: undefined };
    const found = await unknownTokens(labelledTexts(task, set, signal), vocabulary, {
      tokenizer,
      total: characters[set],
      limit: limit / 4,
    });
    exact &&= found.whole;
    return {
      tokens: found.all,
      unknown: found.unknown / Math.max(1, found.tokens),
    };
  };
  const valid = await heldOut('valid');
  const test = await heldOut('test');
  return {
    tokens: {
      languageModel: learnt.all,
      train: Math.round(perCharacter * characters.train),
      valid: valid.tokens,
      test: test.tokens,
    },
    characters: learnt.there,
    vocabulary: vocabulary.size,
    unknown: {
      ...(valid.unknown !== undefined && { valid: valid.unknown }),
      ...(test.unknown !== undefined && { test: test.unknown }),
    },
    exact,
    charactersPerSecond,
  };
}

function charactersOf({ sets }: Pick<TaskSummary, 'sets'>, texts: LanguageModelTexts) {
  const of = ({ texts: count, characters }: TaskSummary['sets']['train']) => count * characters.mean;
  const train = of(sets.train);
  const unlabelled = of(sets.unlabelled);
  const learnsFromTrain = texts === 'train-and-unlabelled' || sets.unlabelled.texts === 0;
  return {
    train,
    valid: of(sets.valid),
    test: of(sets.test),
    languageModel: unlabelled + (learnsFromTrain ? train : 0),
  };
}

async function* labelledTexts(
  task: Pick<ClassificationTask, 'labelled'>,
  set: 'valid' | 'test',
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  for await (const { text } of task.labelled(set, { signal })) yield text;
}

async function unknownTokens(
  texts: AsyncIterable<string>,
  vocabulary: Vocabulary,
  reading: Reading,
): Promise<ReadTokens & { unknown: number }> {
  const known = new Set(vocabulary.itos);
  let unknown = 0;
  const read = await readTokens(texts, reading, (token) => {
    if (!known.has(token)) unknown++;
  });
  return { ...read, unknown };
}

interface Reading {
  readonly tokenizer: Tokenizer;
  /** Characters that there are. */
  readonly total: number;
  /** Characters that are cut, about. */
  readonly limit: number;
}

interface ReadTokens {
  /** Of the texts that were cut. */
  readonly tokens: number;
  readonly characters: number;
  /** Tokens of all texts, by those that were cut. */
  readonly all: number;
  /** Characters of all texts. */
  readonly there: number;
  /** Whether all texts were cut. */
  readonly whole: boolean;
}

/** Cuts every so-many-th text. */
async function readTokens(
  texts: AsyncIterable<string>,
  { tokenizer, total, limit }: Reading,
  take: (token: string) => void,
): Promise<ReadTokens> {
  const most = READ_TIMES * limit;
  const every = Math.max(1, Math.ceil(Math.min(total, most) / limit));
  let tokens = 0;
  let characters = 0;
  let passed = 0;
  let at = 0;
  for await (const text of texts) {
    if (at++ % every === 0) {
      for (const token of tokenizer.tokenize(text)) {
        tokens++;
        take(token);
      }
      characters += text.length;
    }
    passed += text.length;
    if (passed > most) break;
  }
  const there = passed > most ? Math.max(total, passed) : passed;
  const all = Math.round((tokens * there) / Math.max(1, characters));
  return { tokens, characters, all, there, whole: every === 1 && there === passed };
}
