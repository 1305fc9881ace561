import { rowProducts as plain } from '../kernels/headwater/rowProducts.js';
import { rowProducts as fast } from '../kernels/simd/rowProducts.js';
import type { RowProducts, TableSize } from '../sparse/RowProducts.js';

/** Whether the engine has refused the fast ones once: it would again. */
let refused = false;

/**
 * The products and steps of a new table's rows: by vector instructions where the engine has them, and else in plain
 * TypeScript, to the same bits.
 *
 * @throws HeadwaterError `HW_USAGE` when the table's size cannot work
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
