import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { EMBEDDED_OPS } from '../../recurrent/internal/embeddedOps.js';

/** The composition serves as the reference: it runs the reference kernels of the embedding and of the layer. */
export const embeddedRecurrentKernels: readonly OpKernel[] = Object.values(EMBEDDED_OPS).flatMap(
  ({ last, lastBidirectional, lastGrad }) => [
    composedKernel(last),
    composedKernel(lastBidirectional),
    composedKernel(lastGrad),
  ],
);
