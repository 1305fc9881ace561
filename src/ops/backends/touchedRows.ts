import { rowKernels } from '../kernels/simd/rowKernels.js';
import { OWN_MEMORY, type RowMemory } from '../sparse/internal/RowMemory.js';

/** Whether the engine has rejected the fast kernels before. It would reject them again. */
let refused = false;

/**
 * A memory for the tables of one model, for which each batch touches only few rows. Look-ups and optimizers use vector
 * instructions if the engine has them.
 */
export const touchedRows = (): RowMemory => {
  if (!refused)
    try {
      return rowKernels();
    } catch {
      refused = true;
    }
  return OWN_MEMORY;
};
