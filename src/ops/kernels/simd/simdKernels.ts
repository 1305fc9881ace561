import type { OpKernel } from '../../definition/defineOp.js';
import { adamUpdateKernels } from './adamUpdate.js';
import { classifierKernels } from './classifier.js';
import { dropoutKernels } from './dropout.js';
import { embeddedRecurrentKernels } from './embeddedRecurrent.js';
import { embeddingKernels } from './embedding.js';
import { linearKernels } from './linear.js';
import { recurrentKernels } from './recurrent.js';
import { softmaxKernels } from './softmax.js';

/**
 * The kernels of the embedded backend on WebAssembly SIMD and threads; for all other ops it has the reference kernels.
 */
export const SIMD_KERNELS: readonly OpKernel[] = [
  ...adamUpdateKernels,
  ...classifierKernels,
  ...dropoutKernels,
  ...embeddedRecurrentKernels,
  ...embeddingKernels,
  ...linearKernels,
  ...recurrentKernels,
  ...softmaxKernels,
];
