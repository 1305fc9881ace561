import { rowKernels } from '../kernels/simd/rowKernels.js';
import { OWN_MEMORY, type RowMemory } from '../sparse/internal/RowMemory.js';

/** Whether the engine has refused the fast ones once: it would again. */
let refused = false;

/**
 * A memory for the tables of one model, of whose rows a batch touches few: where the engine has vector instructions,
 * look-ups and optimizers use them.
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
