import { composedKernel } from '../../defineOp.js';
import type { OpKernel } from '../../defineOp.js';
import { CLASSIFIER_OPS } from '../../recurrent/classifierOps.js';

/** The composition is reference enough: it runs the reference kernels of its parts. */
export const classifierKernels: readonly OpKernel[] = Object.values(CLASSIFIER_OPS).flatMap(
  ({ probabilities, gradients }) => [composedKernel(probabilities), composedKernel(gradients)],
);
