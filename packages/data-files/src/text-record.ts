/** A row of a table, an object of a JSONL file, or a line of plain text. */
export interface TextRecord {
  /**
   * What it holds by column. Numbers and truth values of JSON are written out; null, lists and objects are left out. A line of
   * plain text is one column, `text`.
   */
  readonly fields: Readonly<Record<string, string>>;
  /** The line that it begins at, from 1. */
  readonly line: number;
  /** The whole object, of JSONL alone. */
  readonly json?: Readonly<Record<string, unknown>>;
}
