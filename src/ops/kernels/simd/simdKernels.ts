import type { OpKernel } from '../../definition/defineOp.js';
import { adamUpdateKernels } from './adamUpdate.js';
import { classifierKernels } from './classifier.js';
import { dropoutKernels } from './layers/dropout.js';
import { embeddedRecurrentKernels } from './embeddedRecurrent.js';
import { embeddingKernels } from './layers/embedding.js';
import { linearKernels } from './layers/linear.js';
import { recurrentKernels } from './recurrent.js';
import { softmaxKernels } from './layers/softmax.js';
import { clipByGlobalNormKernels } from './clipByGlobalNorm.js';
import { attentionKernels } from './layers/attention.js';
import { poolKernels } from './layers/pool.js';
import { sparseLinearKernels } from './layers/sparseLinear.js';
import { vectorEmbeddingKernels } from './layers/vectorEmbedding.js';
import { wordDropoutKernels } from './layers/wordDropout.js';
import { indexedRecurrentKernels } from './indexedRecurrent.js';

/**
 * The kernels of the embedded backend with WebAssembly SIMD and threads. For all other ops it has the reference
 * kernels.
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
  ...clipByGlobalNormKernels,
  ...attentionKernels,
  ...poolKernels,
  ...sparseLinearKernels,
  ...vectorEmbeddingKernels,
  ...wordDropoutKernels,
  ...indexedRecurrentKernels,
];
