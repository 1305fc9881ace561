import { nodeModule, runtimeProcess } from '../../../../contracts/runtime/nodeModule.js';

/** The first major version of Node that has relaxed SIMD without a flag. */
const RELAXED_SIMD = 22;

/**
 * The first and the last major version of Node that gain speed when the engine combines two 128-bit instructions into
 * one of 256 bits. An engine prints a complaint on the terminal for an unknown flag.
 */
const PAIRS = [24, 26] as const;

const { node, deno, bun } = runtimeProcess?.versions ?? {};

/** Node's major version; undefined elsewhere. Deno and Bun also report a Node version, but their engines differ. */
const major = node === undefined || deno !== undefined || bun !== undefined ? undefined : Number(node.split('.', 1)[0]);

const couldPair = runtimeProcess?.arch === 'x64' && major !== undefined && major >= PAIRS[0] && major <= PAIRS[1];

let raised = false;

/**
 * Sets the flags of Node's engine that make the fast kernels faster. The kernels can then use instructions that the
 * engine supports but does not enable by default.
 *
 * On Node 20 it enables relaxed SIMD with its fused multiply-add. On x64 with Node 24 to 26 it lets the engine combine
 * two 128-bit vector instructions into one of 256 bits. Flags apply to the whole process, so the library does not set
 * them by itself. The command sets them, and an application may do so. Call it before {@link registerBackend}. Further
 * calls have no effect. In an engine without such flags, and outside Node, it does nothing.
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

/** Whether the engine combines two vector instructions into one. */
export const makesPairs = (): boolean =>
  (raised && couldPair) || (runtimeProcess?.execArgv?.includes('--experimental-wasm-revectorize') ?? false);
