import type { ReadTaskOptions, TaskSetting } from './task.js';

/**
 * General text to pretrain a language model on, by stream. `corpusText` of `@ulmfit/data-files` makes one; so does any
 * object of this shape.
 */
export interface TextSource {
  /** What messages and reports call it, such as a file's name. */
  readonly name: string;
  /** The settings that it was made with, kept with a run. */
  readonly settings: Readonly<Record<string, TaskSetting>>;
  /**
   * Reads the documents, in an order that is the same at each reading.
   * @throws UlmfitError, naming what can't be read
   */
  documents(options?: ReadTaskOptions): AsyncIterable<string> | Iterable<string>;
  /** A hash of all that `documents` gives: equal ones stand for equal text. */
  fingerprint(options?: ReadTaskOptions): Promise<string>;
}
