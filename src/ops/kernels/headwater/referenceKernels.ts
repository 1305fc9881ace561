import type { OpKernel } from '../../definition/defineOp.js';
import { adamUpdateKernels } from './adamUpdate.js';
import { classifierKernels } from './classifier.js';
import { dropoutKernels } from './dropout.js';
import { embeddedRecurrentKernels } from './embeddedRecurrent.js';
import { embeddingKernels } from './embedding.js';
import { gatherLastKernels } from './gatherLast.js';
import { linearKernels } from './linear.js';
import { recurrentKernels } from './recurrent.js';
import { softmaxKernels } from './softmax.js';
import { softmaxCrossEntropyKernels } from './softmaxCrossEntropy.js';

/** The kernels of the embedded backend in plain TypeScript: what every other kernel is tested against. */
export const REFERENCE_KERNELS: readonly OpKernel[] = [
  ...adamUpdateKernels,
  ...classifierKernels,
  ...dropoutKernels,
  ...embeddedRecurrentKernels,
  ...embeddingKernels,
  ...gatherLastKernels,
  ...linearKernels,
  ...recurrentKernels,
  ...softmaxKernels,
  ...softmaxCrossEntropyKernels,
];
