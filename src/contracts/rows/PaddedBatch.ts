import type { SparseRows } from './SparseRows.js';

/**
 * Rows of token indices of equal length: shorter rows are filled up with the padding token.
 *
 * A batch is immutable, and no other batch uses its buffers. A backend may share memory with them, so they are never
 * reused.
 */
export interface PaddedBatch {
  /** The number of rows, B. At least 1. */
  readonly size: number;
  /** The length of the longest row, T, in tokens. At least 1. */
  readonly time: number;
  /** Token indices, row-major, shape [B, T], int32. After a row's last token come padding indices. */
  readonly tokens: Int32Array;
  /** Each row's length in tokens, shape [B], int32; between 1 and T. */
  readonly lengths: Int32Array;
  /** Each row's ordinal in its source, shape [B], int32. */
  readonly ids: Int32Array;
  /**
   * The word vector of each token, row-major, shape [B, T], int32: its row in the table of vectors, from 1. 0 where the
   * token has none, and after the row's last token. Left out where no vectors are used.
   */
  readonly vectorIds?: Int32Array | undefined;
  /** Each row's hashed features, B sparse rows. Left out where none are used. */
  readonly features?: SparseRows | undefined;
}

/** A batch whose rows have labels. */
export interface LabelledBatch extends PaddedBatch {
  /** Each row's class index, shape [B], int32. */
  readonly labels: Int32Array;
}
