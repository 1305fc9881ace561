/**
 * The most threads that can compute, the calling one among them: each has a place of its own in the kernels' first page
 * (assembly/tile.ts), and a record of its work past it (assembly/records.ts).
 */
export const MOST_THREADS = 192;
