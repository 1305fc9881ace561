/**
 * The kernels that the embedded backend is fast by. `npm run build` compiles them to dist/kernels/, once for engines with relaxed SIMD,
 * once for those of them that make one of two vectors, and once for those without. Memory is the caller's, shared by all threads; nothing here allocates.
 */
export { activate } from './activations';
export { MOST_THREADS } from './tile';
export { awaitWorkers, runAlone, runTogether, serve, takeOver } from './tasks';
