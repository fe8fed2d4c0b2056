import type { RepeatedTexts } from './repeated-texts.js';
import type { TextSet } from './text-set.js';

/** How long texts are; all 0 where there is none. */
export interface LengthSummary {
  readonly mean: number;
  readonly minimum: number;
  /** A quarter of the texts are no longer than this. */
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly p99: number;
  readonly maximum: number;
}

/** What the texts of a set are like. */
export interface TextSetSummary {
  readonly texts: number;
  /** Those without a word. */
  readonly empty: number;
  /** Those with none of the classes, which only a task of several labels a text has. */
  readonly withoutClass: number;
  /** In UTF-16 code units. */
  readonly characters: LengthSummary;
  /** What stands between white space: no measure where a script writes none, as Chinese and Japanese do. */
  readonly words: LengthSummary;
}

/** The number of texts of a class in each set. */
export interface ClassSummary {
  readonly name: string;
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** What a task's texts and labels are like. */
export interface TaskSummary {
  readonly name: string;
  readonly multiLabel: boolean;
  readonly sets: Readonly<Record<TextSet, TextSetSummary>>;
  /** In the task's order. */
  readonly classes: readonly ClassSummary[];
  /** The texts that are there more than once. */
  readonly repeated: RepeatedTexts;
}
