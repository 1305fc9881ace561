import type { RowStore } from './RowStore.js';

/** The result of a look-up. */
export interface FoundRows {
  /** The distinct ids, in the order of first occurrence, shape [U]. */
  readonly ids: Int32Array;
  /** The index of each given id in `ids`, shape [N]; −1 for an id that is left out. */
  readonly places: Int32Array;
  /** The values of these rows, row-major, shape [U, width]. */
  readonly values: Float32Array;
}

/** The part of a table that kernels use: its rows, and the function that adds a row. */
export interface HeldRows {
  readonly store: RowStore;
  /**
   * Two numbers per row: its place in the store, from 1, or 0 if it is not held; and working memory, 0 between calls.
   */
  readonly slots: Int32Array;
  hold(id: number): number;
}

/** The constants of a step of Adam, as in the equations of `RowAdam`. */
export interface AdamStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** η · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly stepSize: number;
}

/**
 * Kernels for the rows of a table that a batch touches: look-ups and optimizer steps, in float32. The rows must be in
 * the memory of the kernels. The caller has checked that the ids are rows of the table.
 */
export interface RowKernels {
  /** Computes the result of `RowTable.lookUp`. */
  lookUp(table: HeldRows, ids: Int32Array, without: number | undefined): FoundRows;
  /** A step of `RowAdagrad`. Adds rows that are not held. */
  adagrad(
    table: HeldRows,
    sums: RowStore,
    ids: Int32Array,
    gradient: Float32Array,
    rate: number,
    epsilon: number,
  ): void;
  /** A step of `RowAdam` with the moments `m` and `v`. Adds rows that are not held. */
  adam(table: HeldRows, m: RowStore, v: RowStore, ids: Int32Array, gradient: Float32Array, step: AdamStep): void;
}
