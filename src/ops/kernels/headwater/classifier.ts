import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { CLASSIFIER_OPS } from '../../recurrent/internal/classifierOps.js';

/** The composition serves as the reference: it runs the reference kernels of its parts. */
export const classifierKernels: readonly OpKernel[] = Object.values(CLASSIFIER_OPS).flatMap(
  ({ probabilities, gradients }) => [composedKernel(probabilities), composedKernel(gradients)],
);
