import { type FloatMemory, OWN_FLOATS } from './FloatMemory.js';
import type { RowKernels } from './RowKernels.js';

/** The memory for the rows of a table. New arrays are zero and are never moved. */
export interface RowMemory extends FloatMemory {
  ints(length: number): Int32Array;
  /** Kernels for rows in this memory that are faster than plain TypeScript. Default: none. */
  readonly kernels?: RowKernels | undefined;
}

/** JavaScript's own memory. */
export const OWN_MEMORY: RowMemory = { ...OWN_FLOATS, ints: (length) => new Int32Array(length) };
