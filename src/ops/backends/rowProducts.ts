import { rowProducts as plain } from '../kernels/headwater/rowProducts.js';
import { rowProducts as fast } from '../kernels/simd/rowProducts.js';
import type { RowProducts, TableSize } from '../sparse/RowProducts.js';

/** Whether the engine has rejected the fast kernels before. It would reject them again. */
let refused = false;

/**
 * The products and steps for the rows of a new table, with vector instructions if the engine has them, else in plain
 * TypeScript. Both give the same bits.
 *
 * @throws HeadwaterError `HW_USAGE` when the size of the table is out of its range
 */
export const rowProducts = (size: TableSize): RowProducts => {
  if (!refused)
    try {
      return fast(size);
    } catch {
      refused = true;
    }
  return plain(size);
};
