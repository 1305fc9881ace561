/**
 * Parts of the build that the library does not export. Benchmarks measure what users run, not sources that are compiled
 * during the run.
 *
 * For the same reason `headwater` means the build here: scripts/bench.mjs gives the loader bench/tsconfig.built.json,
 * which has no paths to the sources.
 */
import type * as Internals from './internals.js';

export type { EmbeddedBackend } from '../src/ops/kernels/simd/machine/EmbeddedBackend.js';
export type { Resident } from '../src/ops/kernels/simd/machine/KernelMachine.js';
export type { ClassifierInputs } from '../src/ops/recurrent/internal/classifierOps.js';

export const {
  backendVariant,
  gradientNames,
  embeddedBackward,
  embeddedForward,
  drop,
  linear,
  linearGradients,
  crossEntropyInPlace,
  KernelMachine,
  kernelModule,
  multiply,
  panelsOf,
} = (await import(new URL('../dist/bench/internals.js', import.meta.url).href)) as typeof Internals;
