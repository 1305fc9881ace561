/** A row of a sparse matrix: the columns that are not zero, and their values. */
export interface SparseRow {
  /** The columns, int32. A column may occur twice; its value is then the sum of both. */
  readonly ids: Int32Array;
  /** The value of each column, float32. */
  readonly values: Float32Array;
}

/** Rows of a sparse matrix in the layout of compressed sparse rows (CSR). */
export interface SparseRows extends SparseRow {
  /** The start of each row in `ids` and `values`, then the end of the last row; shape [B + 1], int32, from 0. */
  readonly offsets: Int32Array;
}
