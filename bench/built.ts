/**
 * What the library does not export, out of the build: what is measured is what users run, not sources that are compiled
 * on the way.
 *
 * For the same reason `headwater` is the build here: scripts/bench.mjs hands the loader bench/tsconfig.built.json,
 * which has no paths to the sources.
 */
import type * as Dropout from '../src/ops/kernels/simd/layers/dropout.js';
import type * as Embedded from '../src/ops/kernels/simd/embeddedRecurrent.js';
import type * as Machine from '../src/ops/kernels/simd/machine/KernelMachine.js';
import type * as Module from '../src/ops/kernels/simd/machine/kernelModule.js';
import type * as Linear from '../src/ops/kernels/simd/layers/linear.js';
import type * as Products from '../src/ops/kernels/simd/products.js';
import type * as Softmax from '../src/ops/kernels/simd/layers/softmax.js';
import type * as ClassifierOps from '../src/ops/recurrent/internal/classifierOps.js';
import type * as Registration from '../src/ops/backends/registerBackend.js';

export type { EmbeddedBackend } from '../src/ops/kernels/simd/machine/EmbeddedBackend.js';
export type { Resident } from '../src/ops/kernels/simd/machine/KernelMachine.js';
export type { ClassifierInputs } from '../src/ops/recurrent/internal/classifierOps.js';

const load = (path: string): Promise<unknown> => import(new URL(`../dist/${path}`, import.meta.url).href);

export const { backendVariant } = (await load('ops/backends/registerBackend.js')) as typeof Registration;
export const { gradientNames } = (await load('ops/recurrent/internal/classifierOps.js')) as typeof ClassifierOps;
export const { drop } = (await load('ops/kernels/simd/layers/dropout.js')) as typeof Dropout;
export const { embeddedBackward, embeddedForward } = (await load(
  'ops/kernels/simd/embeddedRecurrent.js',
)) as typeof Embedded;
export const { linear, linearGradients } = (await load('ops/kernels/simd/layers/linear.js')) as typeof Linear;
export const { crossEntropyInPlace } = (await load('ops/kernels/simd/layers/softmax.js')) as typeof Softmax;
export const { KernelMachine } = (await load('ops/kernels/simd/machine/KernelMachine.js')) as typeof Machine;
export const { kernelModule } = (await load('ops/kernels/simd/machine/kernelModule.js')) as typeof Module;
export const { multiply, panelsOf } = (await load('ops/kernels/simd/products.js')) as typeof Products;
