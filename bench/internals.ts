/** Internals that benchmarks need and the library does not export. The build bundles them into dist/bench. */
export { backendVariant } from '../src/ops/backends/registerBackend.js';
export { gradientNames } from '../src/ops/recurrent/internal/classifierOps.js';
export { embeddedBackward, embeddedForward } from '../src/ops/kernels/simd/embeddedRecurrent.js';
export { drop } from '../src/ops/kernels/simd/layers/dropout.js';
export { linear, linearGradients } from '../src/ops/kernels/simd/layers/linear.js';
export { crossEntropyInPlace } from '../src/ops/kernels/simd/layers/softmax.js';
export { KernelMachine } from '../src/ops/kernels/simd/machine/KernelMachine.js';
export { kernelModule } from '../src/ops/kernels/simd/machine/kernelModule.js';
export { multiply, panelsOf } from '../src/ops/kernels/simd/machine/products.js';
