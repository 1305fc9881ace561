/**
 * What the library does not export, out of the build: what is measured is what users run, not sources that are compiled on the way.
 *
 * For the same reason `headwater` is the build here: scripts/bench.mjs hands the loader bench/tsconfig.built.json, which has no paths to the sources.
 */
import type * as ClassifierLogits from '../src/models/classifierLogits.js';
import type * as Machine from '../src/ops/kernels/simd/KernelMachine.js';
import type * as Module from '../src/ops/kernels/simd/kernelModule.js';
import type * as Products from '../src/ops/kernels/simd/products.js';
import type * as Registration from '../src/ops/registerBackend.js';

const load = (path: string): Promise<unknown> => import(new URL(`../dist/${path}`, import.meta.url).href);

export const { backendVariant } = (await load('ops/registerBackend.js')) as typeof Registration;
export const { classifierLogits } = (await load('models/classifierLogits.js')) as typeof ClassifierLogits;
export const { KernelMachine } = (await load('ops/kernels/simd/KernelMachine.js')) as typeof Machine;
export const { kernelModule } = (await load('ops/kernels/simd/kernelModule.js')) as typeof Module;
export const { multiply, panelsOf } = (await load('ops/kernels/simd/products.js')) as typeof Products;
