import { messageOf } from '../../../../contracts/messageOf.js';
import { makesPairs } from './engineFlags.js';
import { kernelBytes } from './kernelBytes.js';
import { webAssembly } from './webAssembly.js';
import type { WasmModule } from './webAssembly.js';

/**
 * The instructions that the kernels use. `simd` is WebAssembly SIMD. `relaxed` also has the fused multiply-add of
 * relaxed SIMD. `wide` is `relaxed` with a layout for engines that combine two of these instructions into one of twice
 * the width.
 */
export type SimdVariant = 'wide' | 'relaxed' | 'simd';

/**
 * The number of columns of a panel of a right factor for each variant: `PANEL` in assembly/, as set by
 * scripts/buildKernels.mjs.
 */
export const PANELS: Readonly<Record<SimdVariant, number>> = { wide: 16, relaxed: 8, simd: 8 };

/** The compiled kernels, or the reason why there are none. */
export type KernelModule =
  | { readonly simd: SimdVariant; readonly module: WasmModule; readonly reason: string }
  | { readonly simd: 'none'; readonly reason: string };

const REASONS: Readonly<Record<SimdVariant, string>> = {
  wide: 'this engine makes pairs of relaxed SIMD',
  relaxed: 'this engine has relaxed SIMD',
  simd: 'this engine has SIMD',
};

/**
 * Why there is no shared memory, which the kernels import; undefined if there is. A page that is not cross-origin
 * isolated has it too, although `SharedArrayBuffer` is hidden there. An engine without threads ignores `shared`.
 */
const memoryRefusal = ({ Memory }: NonNullable<typeof webAssembly>): string | undefined => {
  const refusal = 'this engine has no shared memory';
  try {
    const { buffer } = new Memory({ initial: 1, maximum: 1, shared: true });
    return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]' ? undefined : refusal;
  } catch (error) {
    // The address space of a browser's process is used up, for example by many workers.
    return error instanceof RangeError ? `no shared memory is left (${error.message})` : refusal;
  }
};

/**
 * Compiles the fastest kernels that this engine accepts, according to `WebAssembly.validate`. It does not change flags
 * of the engine.
 *
 * @param wanted the variants to try, the fastest first. Default: all, with `wide` only if the engine combines pairs
 */
export const kernelModule = (
  wanted: readonly SimdVariant[] = makesPairs() ? ['wide', 'relaxed', 'simd'] : ['relaxed', 'simd'],
): KernelModule => {
  if (webAssembly === undefined) return { simd: 'none', reason: 'this engine has no WebAssembly' };
  const refusal = memoryRefusal(webAssembly);
  if (refusal !== undefined) return { simd: 'none', reason: refusal };
  const refusals: string[] = [];
  for (const simd of wanted) {
    try {
      const bytes = kernelBytes(simd);
      if (webAssembly.validate(bytes))
        return {
          simd,
          module: new webAssembly.Module(bytes),
          reason: simd === 'simd' ? [REASONS.simd, ...refusals].join(', but ') : REASONS[simd],
        };
      refusals.push(simd === 'simd' ? 'this engine has no WebAssembly SIMD' : 'no relaxed SIMD');
    } catch (error) {
      refusals.push(`the kernels do not load (${messageOf(error)}); npm run build makes them`);
    }
  }
  return { simd: 'none', reason: refusals.join(', and ') };
};
