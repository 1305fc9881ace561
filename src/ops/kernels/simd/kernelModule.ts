import { readFileSync } from 'node:fs';
import { webAssembly } from './webAssembly.js';
import type { WasmModule } from './webAssembly.js';

/** Which instructions the kernels use: `relaxed` has the fused multiply-add of relaxed SIMD besides. */
export type SimdVariant = 'relaxed' | 'simd';

/** The compiled kernels, or why there are none. */
export type KernelModule = { readonly simd: SimdVariant; readonly module: WasmModule; readonly reason: string } | { readonly simd: 'none'; readonly reason: string };

// From src/ops/kernels/simd as from dist/ops/kernels/simd, the project is four folders up.
const fileOf = (variant: SimdVariant): URL => new URL(`../../../../dist/kernels/${variant}.wasm`, import.meta.url);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Compiles the fastest kernels that this engine takes; it decides by `WebAssembly.validate`, and no flag of the engine is touched.
 *
 * @param wanted the variants to try, the fastest first. Default: both
 */
export const kernelModule = (wanted: readonly SimdVariant[] = ['relaxed', 'simd']): KernelModule => {
  if (webAssembly === undefined) return { simd: 'none', reason: 'this engine has no WebAssembly' };
  if (typeof SharedArrayBuffer === 'undefined') return { simd: 'none', reason: 'this engine has no shared memory' };
  const refusals: string[] = [];
  for (const simd of wanted) {
    try {
      const bytes = readFileSync(fileOf(simd));
      if (webAssembly.validate(bytes)) return { simd, module: new webAssembly.Module(bytes), reason: simd === 'relaxed' ? 'this engine has relaxed SIMD' : ['this engine has SIMD', ...refusals].join(', but ') };
      refusals.push(simd === 'relaxed' ? 'no relaxed SIMD' : 'this engine has no WebAssembly SIMD');
    } catch (error) {
      refusals.push(`the kernels do not load (${messageOf(error)}); npm run build makes them`);
    }
  }
  return { simd: 'none', reason: refusals.join(', and ') };
};
