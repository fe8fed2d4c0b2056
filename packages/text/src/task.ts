import type { TaskSummary } from './task-summary.js';
import type { TaskSplit } from './text-set.js';

/** Which texts a language model is fine-tuned on: those without a label, or those of training with them. */
export type LanguageModelTexts = 'unlabelled' | 'train-and-unlabelled';

/** A text with its classes, by their indices in {@link ClassificationTask.classes}: exactly one unless the task is multi-label. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly number[];
}

/** What a setting of a task may be, so that a run can keep it. */
export type TaskSetting = string | number | boolean | null | readonly TaskSetting[];

export interface ReadTaskOptions {
  /** Ends the reading; the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What there is to learn: classes, and labelled texts in three sets. All texts come by stream, in an order that is the same
 * at each reading; nothing needs to be in memory. `@ulmfit/data-files` and `@ulmfit/data-imdb` make one, `rowsTask`
 * makes one of arrays, and any object of this shape is one.
 */
export interface ClassificationTask {
  /** What messages and reports call it, such as a file's name. */
  readonly name: string;
  /** The classes, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Whether a text has any number of the classes, none included, or exactly one. */
  readonly multiLabel: boolean;
  /** The settings that it was made with, kept with a run: the kind of the task, and what it reads. */
  readonly settings: Readonly<Record<string, TaskSetting>>;
  /** A hash of all that is read, hexadecimal: with equal ones a run may go on. */
  readonly fingerprint: string;
  /** The number of texts of each set; 0 where there is none. `valid` guides training, `test` is scored at its end. */
  readonly counts: Readonly<Record<TaskSplit, number>>;
  /**
   * Reads the labelled texts of a set.
   * @throws UlmfitError, naming the file and line of what can't be read
   */
  labelled(split: TaskSplit, options?: ReadTaskOptions): AsyncIterable<LabelledText>;
  /**
   * Reads the texts for the language model, without their labels. None of `valid` and `test` are among them. Where no text
   * is without a label, those of training are given for `unlabelled` too.
   */
  languageModelTexts(from: LanguageModelTexts, options?: ReadTaskOptions): AsyncIterable<string>;
  /** What its texts are like, where it can tell without being read set by set; `summarizeTask` asks for it. */
  summary?(options?: ReadTaskOptions): Promise<TaskSummary>;
}
