/**
 * The fast kernels of the embedded backend. `npm run build` compiles them to dist/kernels/: once for engines with
 * relaxed SIMD, once for such engines that combine two vectors into one, and once for engines without relaxed SIMD. The
 * caller provides the memory, which all threads share. Nothing here allocates.
 */
export { activate } from './activations';
export { MOST_THREADS } from './tile';
export { awaitWorkers, runAlone, runTogether, serve, takeOver } from './tasks';
