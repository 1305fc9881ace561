import type { RowKernels } from './RowKernels.js';

/** The memory for the rows of a table. New arrays are zero and are never moved. */
export interface RowMemory {
  floats(length: number): Float32Array;
  ints(length: number): Int32Array;
  /** Kernels for rows in this memory that are faster than plain TypeScript. Default: none. */
  readonly kernels?: RowKernels | undefined;
}

/** JavaScript's own memory. */
export const OWN_MEMORY: RowMemory = {
  floats: (length) => new Float32Array(length),
  ints: (length) => new Int32Array(length),
};
