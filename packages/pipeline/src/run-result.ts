import type { Evaluation } from './evaluate-classifier.js';

/** The figures of a run, as `result.json` keeps them; those of stages that were not run are missing. */
export interface RunResult {
  pretrain?: LanguageModelFigures;
  finetune?: LanguageModelFigures;
  classify?: { seconds: number };
  evaluate?: Evaluation & { seconds: number };
}

export interface LanguageModelFigures {
  /** Rows of the vocabulary, tokens trained on. */
  readonly vocabulary: number;
  readonly tokens: number;
  readonly perplexity: number;
  readonly accuracy: number;
  readonly seconds: number;
}
