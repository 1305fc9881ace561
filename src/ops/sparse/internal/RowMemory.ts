import type { RowKernels } from './RowKernels.js';

/** Where a table's rows stand. What it gives is zero, and stays where it is. */
export interface RowMemory {
  floats(length: number): Float32Array;
  ints(length: number): Int32Array;
  /** What works on rows there faster than plain TypeScript. Default: nothing. */
  readonly kernels?: RowKernels | undefined;
}

/** JavaScript's own memory. */
export const OWN_MEMORY: RowMemory = {
  floats: (length) => new Float32Array(length),
  ints: (length) => new Int32Array(length),
};
