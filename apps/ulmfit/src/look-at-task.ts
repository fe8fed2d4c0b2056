import { statSync } from 'node:fs';
import { corpusFiles } from '@ulmfit/data-files';
import {
  estimateRun,
  loadLanguageModel,
  recipeTokenizer,
  type Architecture,
  type Recipe,
  type RunEstimate,
  type StageName,
} from '@ulmfit/pipeline';
import {
  summarizeTask,
  surveyTokens,
  type ClassificationTask,
  type TaskSummary,
  type TextSource,
  type TokenSurvey,
} from '@ulmfit/text';

/** What is known of a task before anything is trained. */
export interface Look {
  readonly summary: TaskSummary;
  readonly survey: TokenSurvey;
  /** Absent where so little is to be done that it isn't worth measuring. */
  readonly estimate?: RunEstimate;
  /** The preset of that run, where it is to be told. */
  readonly preset?: string;
}

export interface LookOptions {
  readonly recipe: Recipe;
  /** The encoder's, where it is none of the recipe's. */
  readonly architecture?: Architecture | undefined;
  readonly stages: readonly StageName[];
  /** General text to pretrain on, and its path where it has one. */
  readonly corpus?: TextSource | undefined;
  readonly corpusPath?: string | undefined;
  readonly corpusWords?: number | undefined;
  readonly transfer?: boolean | undefined;
  /** The model that the run starts from. */
  readonly from?: string | undefined;
  /** Whether some of a large task's texts stand for all, and what takes seconds isn't measured. */
  readonly quick?: boolean | undefined;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Characters that a quick look cuts into tokens: about half a second's work. */
const QUICK_CHARACTERS = 1_000_000;
/** Tokens below which a run takes less than a minute on most machines. */
const FEW_TOKENS = 20_000;

/**
 * Looks at a task's texts and labels, and at how long a run on them takes here. The engine has to be started.
 * @throws what is wrong with the data; the signal's reason
 */
export async function lookAtTask(task: ClassificationTask, options: LookOptions): Promise<Look> {
  const { stages, quick = false, signal, corpus, corpusPath, corpusWords, transfer, workers, from } = options;
  const summary = await summarizeTask(task, { signal });
  const tokenizer = await recipeTokenizer(options.recipe.tokenizer);
  const { vocabulary, languageModel } = options.recipe;
  const survey = await surveyTokens(task, {
    ...{ tokenizer, vocabulary, texts: languageModel.texts, summary, signal },
    limit: quick ? QUICK_CHARACTERS : undefined,
  });
  const { tokens } = survey;
  if (quick && tokens.languageModel + tokens.train < FEW_TOKENS) return { summary, survey };
  let { recipe, architecture } = options;
  if (from !== undefined) {
    const stage = stages.includes('finetune') ? 'pretrain' : 'finetune';
    if (architecture) {
      const { model } = loadLanguageModel(from, stage, tokenizer, { architectures: [architecture] });
      architecture = { ...architecture, sizes: { ...model.encoder.config } };
      model.dispose();
    } else {
      const { model } = loadLanguageModel(from, stage, tokenizer);
      const { embedding, hidden, layers } = model.encoder.config;
      model.dispose();
      recipe = { ...recipe, encoder: { embedding, hidden, layers } };
    }
  }
  const corpusTokens = corpus && (await tokensOf(corpus, corpusPath, corpusWords));
  const estimate = await estimateRun({
    ...{ recipe, architecture, stages, summary, survey, corpusTokens, transfer, workers, signal },
  });
  return { summary, survey, estimate };
}

/** English has so many tokens a word, and bytes a token. */
const TOKENS_PER_WORD = 1.3;
const BYTES_PER_TOKEN = 4.5;
/** How much gzip shrinks text. */
const PACKED = 2.8;

/** Tokens of general text, by the size of its files. */
async function tokensOf(corpus: TextSource, path: string | undefined, words = Infinity): Promise<number> {
  let bytes = 0;
  if (path === undefined) for await (const text of corpus.documents()) bytes += text.length;
  else {
    for (const file of await corpusFiles(path)) {
      bytes += statSync(file).size * (/\.gz$/i.test(file) ? PACKED : 1);
    }
  }
  return Math.min(bytes / BYTES_PER_TOKEN, words * TOKENS_PER_WORD);
}
