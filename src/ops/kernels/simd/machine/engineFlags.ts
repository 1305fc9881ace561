import { nodeModule, runtimeProcess } from '../../../../contracts/runtime/nodeModule.js';

/** The first release line of Node that has relaxed SIMD without a flag. */
const RELAXED_SIMD = 22;

/**
 * Those that make one 256-bit instruction of two of 128 bits well enough to gain by it; an engine that does not know a
 * flag complains on the terminal.
 */
const PAIRS = [24, 26] as const;

const { node, deno, bun } = runtimeProcess?.versions ?? {};

/** Node's release line; undefined elsewhere. Deno and Bun say which Node they are like, but have engines of their own. */
const major = node === undefined || deno !== undefined || bun !== undefined ? undefined : Number(node.split('.', 1)[0]);

const couldPair = runtimeProcess?.arch === 'x64' && major !== undefined && major >= PAIRS[0] && major <= PAIRS[1];

let raised = false;

/**
 * Raises those flags of Node's engine that the fast kernels gain by: they then use instructions that the engine has,
 * but does not give to everybody yet.
 *
 * On Node 20 that is relaxed SIMD, with its fused multiply-add; on x64, from Node 24 to 26, that two vector
 * instructions of 128 bits become one of 256. Flags are the whole process's, which is why a library does not raise them
 * by itself: the command does, and an application may. It has to come before {@link registerBackend}. More calls change
 * nothing; in an engine without such flags, and outside Node, neither does the first.
 *
 * @example
 * ```ts
 * import { raiseEngineFlags, registerBackend } from 'headwater';
 * raiseEngineFlags();
 * registerBackend();
 * ```
 */
export const raiseEngineFlags = (): void => {
  if (raised || major === undefined) return;
  raised = true;
  const v8 = nodeModule('node:v8');
  if (major < RELAXED_SIMD) v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (couldPair) v8?.setFlagsFromString('--experimental-wasm-revectorize');
};

/** Whether the engine makes one instruction of two. */
export const makesPairs = (): boolean =>
  (raised && couldPair) || (runtimeProcess?.execArgv?.includes('--experimental-wasm-revectorize') ?? false);
