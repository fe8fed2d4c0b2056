import type { TextSet } from '@ulmfit/text';

/** A text as a task reads it, whatever it stands in. */
export interface DataRow {
  readonly text: string;
  /** The names of its labels; none where it has none of the classes; undefined where nobody has labelled it. */
  readonly labels: readonly string[] | undefined;
  readonly set: TextSet;
}

export interface ReadRowsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** A file or folder of texts. */
export interface RowSource {
  readonly path: string;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** What tells whether it has changed. */
  readonly mtimeMs: number;
  /** Reads the rows, in an order that is the same at each reading. */
  rows(options: ReadRowsOptions): AsyncIterable<DataRow>;
}
