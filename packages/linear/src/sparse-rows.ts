/** A matrix by rows of which most values are 0 (CSR): row r has `columns` and `values` from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly rows: number;
  readonly columnCount: number;
  readonly starts: Float64Array;
  /** Ascending within a row. */
  readonly columns: Int32Array;
  readonly values: Float32Array;
}
