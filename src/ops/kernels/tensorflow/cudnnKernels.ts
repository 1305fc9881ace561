import type { Tensor } from '@tensorflow/tfjs-core';
import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS, recurrentFunctions } from '../../recurrent/internal/recurrentOps.js';
import { cudnnEngine } from './cudnnEngine.js';

/**
 * The kernels of recurrent layers on libtensorflow with a GPU. The step of a single cell stays a composition, since
 * cuDNN saves nothing there.
 */
export const CUDNN_KERNELS: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { layer, bidirectional, layerGrad, last, lastBidirectional, lastGrad } = RECURRENT_OPS[cell];
  const functions = recurrentFunctions<Tensor>(cell, cudnnEngine);
  return [
    ...[layer, bidirectional].map((op) => composedKernel({ ...op, compose: functions.layer })),
    ...[last, lastBidirectional].map((op) => composedKernel({ ...op, compose: functions.last })),
    composedKernel({ ...layerGrad, compose: functions.layerGrad }),
    composedKernel({ ...lastGrad, compose: functions.lastGrad }),
  ];
});
