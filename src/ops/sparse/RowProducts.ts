import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import type { RowStore } from './internal/RowStore.js';
import type { RowTable } from './RowTable.js';

/** The size of a table, and its optimizer. */
export interface TableSize {
  readonly rows: number;
  readonly width: number;
  /** Whether Adagrad updates the table and stores one number per value. */
  readonly adagrad: boolean;
}

/**
 * The rows of a table U for a linear model, which reads and updates them for one sparse row of a batch after another.
 *
 * All arithmetic is in float32, one product and one sum after another in the order of the entries. So all
 * implementations give the same bits.
 */
export interface RowProducts {
  readonly table: RowTable;
  /** The sums of squared gradients of the table's rows; without Adagrad it stays empty. */
  readonly squares: RowStore;
  /** The result of {@link multiply}, and the gradient for the steps, shape [width]. */
  readonly sums: Float32Array;
  /**
   * Sets the sparse rows of a batch for the following calls.
   *
   * @param mode `find` skips rows that the table does not hold; `touch` adds them, for `step`; `adagrad` adds them and
   *   their squares
   * @throws HeadwaterError `HW_USAGE` when an id is not a row of the table; then nothing is changed
   */
  open(features: SparseRows, mode: 'find' | 'touch' | 'adagrad'): void;
  /** sums = Σ x · U[f] over the entries of a sparse row. */
  multiply(row: number): void;
  /** U[f] −= (factor · x) · sums for each entry of a sparse row. */
  step(row: number, factor: number): void;
  /** With g = x · sums, squares[f] += g², then U[f] −= rate · g ÷ (√squares[f] + epsilon), for each entry. */
  adagrad(row: number, rate: number, epsilon: number): void;
}
