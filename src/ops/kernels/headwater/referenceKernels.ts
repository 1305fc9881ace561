import type { OpKernel } from '../../definition/defineOp.js';
import { adamUpdateKernels } from './adamUpdate.js';
import { classifierKernels } from './classifier.js';
import { dropoutKernels } from './layers/dropout.js';
import { embeddedRecurrentKernels } from './embeddedRecurrent.js';
import { embeddingKernels } from './layers/embedding.js';
import { gatherLastKernels } from './layers/gatherLast.js';
import { linearKernels } from './layers/linear.js';
import { recurrentKernels } from './recurrent.js';
import { softmaxKernels } from './layers/softmax.js';
import { softmaxCrossEntropyKernels } from './layers/softmaxCrossEntropy.js';
import { clipByGlobalNormKernels } from './clipByGlobalNorm.js';
import { concatFeaturesKernels } from './layers/concatFeatures.js';
import { attentionKernels } from './layers/attention.js';
import { poolKernels } from './layers/pool.js';
import { sparseLinearKernels } from './layers/sparseLinear.js';
import { vectorEmbeddingKernels } from './layers/vectorEmbedding.js';
import { wordDropoutKernels } from './layers/wordDropout.js';
import { indexedRecurrentKernels } from './indexedRecurrent.js';

/** The kernels of the embedded backend in plain TypeScript. Every other kernel is tested against them. */
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
  ...clipByGlobalNormKernels,
  ...attentionKernels,
  ...concatFeaturesKernels,
  ...poolKernels,
  ...sparseLinearKernels,
  ...vectorEmbeddingKernels,
  ...wordDropoutKernels,
  ...indexedRecurrentKernels,
];
