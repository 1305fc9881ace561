import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { INDEXED_OPS } from '../../recurrent/internal/indexedOps.js';

/** The composition serves as the reference: it runs the reference kernels of the layer. */
export const indexedRecurrentKernels: readonly OpKernel[] = Object.values(INDEXED_OPS).flatMap(
  ({ layer, bidirectional, grad }) => [composedKernel(layer), composedKernel(bidirectional), composedKernel(grad)],
);
