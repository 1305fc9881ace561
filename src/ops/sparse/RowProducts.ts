import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import type { RowStore } from './internal/RowStore.js';
import type { RowTable } from './RowTable.js';

/** How large a table is, and what moves it. */
export interface TableSize {
  readonly rows: number;
  readonly width: number;
  /** Whether Adagrad is to move it, and keeps a number for each value. */
  readonly adagrad: boolean;
}

/**
 * The rows of a table U as a linear model reads and moves them, one sparse row of a batch after another.
 *
 * All arithmetic is in float32, one product and one sum after another in the order of the entries, so each
 * implementation gives the same bits.
 */
export interface RowProducts {
  readonly table: RowTable;
  /** The sums of squared gradients of the table's rows; without Adagrad it stays empty. */
  readonly squares: RowStore;
  /** What {@link multiply} gives, and the gradient that steps follow, shape [width]. */
  readonly sums: Float32Array;
  /**
   * Takes the sparse rows of a batch for what follows.
   *
   * @param mode `find` leaves out rows that the table does not hold; `touch` takes them in, for `step`; `adagrad` does,
   *   with their squares
   * @throws HeadwaterError `HW_USAGE` when an id is no row; then nothing has changed
   */
  open(features: SparseRows, mode: 'find' | 'touch' | 'adagrad'): void;
  /** sums = Σ x · U[f] over the entries of a sparse row. */
  multiply(row: number): void;
  /** U[f] −= (factor · x) · sums for each entry of a sparse row. */
  step(row: number, factor: number): void;
  /** With g = x · sums, squares[f] += g², then U[f] −= rate · g ÷ (√squares[f] + epsilon), for each entry. */
  adagrad(row: number, rate: number, epsilon: number): void;
}
