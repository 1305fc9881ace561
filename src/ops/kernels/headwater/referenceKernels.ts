import type { OpKernel } from '../../defineOp.js';
import { gatherLastKernels } from './gatherLast.js';

/** The kernels of the embedded backend in plain TypeScript: what every other kernel is tested against. */
export const REFERENCE_KERNELS: readonly OpKernel[] = [...gatherLastKernels];
