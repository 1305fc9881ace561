import type { RowStore } from './RowStore.js';

/** The rows that some ids name. */
export interface FoundRows {
  /** The ids, each once, in the order in which they come first, shape [U]. */
  readonly ids: Int32Array;
  /** Each id's place among them, shape [N]; −1 for an id that was to be left out. */
  readonly places: Int32Array;
  /** What stands in these rows, row-major, shape [U, width]. */
  readonly values: Float32Array;
}

/** What kernels need to know of a table: its rows, and how one more is taken in. */
export interface HeldRows {
  readonly store: RowStore;
  /** Two numbers a row: its place in the store, from 1, or 0 where it is not held; and working memory, 0 between calls. */
  readonly slots: Int32Array;
  hold(id: number): number;
}

/** The constants of a step of Adam, as the equations of `RowAdam` have them. */
export interface AdamStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** η · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly stepSize: number;
}

/**
 * What works on the rows of a table that a batch touches, where these stand in a memory of its own: look-ups, and the
 * steps of optimizers, in float32. Ids are known to be rows of the table.
 */
export interface RowKernels {
  /** What `RowTable.lookUp` gives. */
  lookUp(table: HeldRows, ids: Int32Array, without: number | undefined): FoundRows;
  /** A step of `RowAdagrad`; rows that are not held are taken in. */
  adagrad(
    table: HeldRows,
    sums: RowStore,
    ids: Int32Array,
    gradient: Float32Array,
    rate: number,
    epsilon: number,
  ): void;
  /** A step of `RowAdam`, of which `m` and `v` are the moments; rows that are not held are taken in. */
  adam(table: HeldRows, m: RowStore, v: RowStore, ids: Int32Array, gradient: Float32Array, step: AdamStep): void;
}
