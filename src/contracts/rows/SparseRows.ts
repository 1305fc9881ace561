/** A row of a sparse matrix: the columns that are not zero, and what stands there. */
export interface SparseRow {
  /** The columns, int32; a column may occur twice, and then stands for the sum of both values. */
  readonly ids: Int32Array;
  /** The value at each of them, float32. */
  readonly values: Float32Array;
}

/** Rows of a sparse matrix, one after another: the layout that is called compressed sparse rows. */
export interface SparseRows extends SparseRow {
  /** Where each row begins in `ids` and `values`, and where the last one ends; shape [B + 1], int32, from 0. */
  readonly offsets: Int32Array;
}
