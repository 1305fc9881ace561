import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS, recurrentFunctions } from '../../recurrent/internal/recurrentOps.js';
import { recurrentEngine } from './recurrentEngine.js';
import { referenceKernel } from './definition/referenceKernel.js';

/** The kernels of the recurrent layers and cells. */
export const recurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const ops = RECURRENT_OPS[cell];
  const functions = recurrentFunctions(cell, recurrentEngine);
  return [
    referenceKernel(ops.layer, functions.layer),
    referenceKernel(ops.bidirectional, functions.layer),
    referenceKernel(ops.layerGrad, functions.layerGrad),
    referenceKernel(ops.last, functions.last),
    referenceKernel(ops.lastBidirectional, functions.last),
    referenceKernel(ops.lastGrad, functions.lastGrad),
    referenceKernel(ops.cell, functions.cell),
    referenceKernel(ops.cellGrad, functions.cellGrad),
  ];
});
