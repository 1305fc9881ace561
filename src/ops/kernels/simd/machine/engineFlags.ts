import { setFlagsFromString } from 'node:v8';

/** The first release line of Node that has relaxed SIMD without a flag. */
const RELAXED_SIMD = 22;

/**
 * Those that make one 256-bit instruction of two of 128 bits well enough to gain by it; an engine that does not know a
 * flag complains on the terminal.
 */
const PAIRS = [24, 26] as const;

const major = Number(process.versions.node.split('.', 1)[0]);

let raised = false;

/**
 * Raises those flags of Node's engine that the fast kernels gain by: they then use instructions that the engine has,
 * but does not give to everybody yet.
 *
 * On Node 20 that is relaxed SIMD, with its fused multiply-add; on x64, from Node 24 to 26, that two vector
 * instructions of 128 bits become one of 256. Flags are the whole process's, which is why a library does not raise them
 * by itself: the command does, and an application may. It has to come before {@link registerBackend}. More calls change
 * nothing; in an engine without such flags neither does the first.
 *
 * @example
 * ```ts
 * import { raiseEngineFlags, registerBackend } from 'headwater';
 * raiseEngineFlags();
 * registerBackend();
 * ```
 */
export const raiseEngineFlags = (): void => {
  if (raised) return;
  raised = true;
  if (major < RELAXED_SIMD) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (couldPair) setFlagsFromString('--experimental-wasm-revectorize');
};

const couldPair = process.arch === 'x64' && major >= PAIRS[0] && major <= PAIRS[1];

/** Whether the engine makes one instruction of two. */
export const makesPairs = (): boolean =>
  (raised && couldPair) || process.execArgv.includes('--experimental-wasm-revectorize');
