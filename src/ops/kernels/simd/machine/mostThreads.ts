/**
 * The largest number of threads, including the calling one. Each has its own place in the first page of the kernels'
 * memory (assembly/tile.ts), and a record of its work after that page (assembly/records.ts).
 */
export const MOST_THREADS = 192;
