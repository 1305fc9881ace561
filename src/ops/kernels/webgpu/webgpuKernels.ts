import type { OpKernel } from '../../definition/defineOp.js';
import { adamUpdateKernels } from './adamUpdate.js';
import { embeddedRecurrentKernels } from './embeddedRecurrent.js';
import { embeddingKernels } from './embedding.js';
import { recurrentKernels } from './recurrent.js';

/** The kernels of the ops that have compute shaders on WebGPU. The other ops are compositions of stock ops there. */
export const WEBGPU_KERNELS: readonly OpKernel[] = [
  ...adamUpdateKernels,
  ...embeddedRecurrentKernels,
  ...embeddingKernels,
  ...recurrentKernels,
];
