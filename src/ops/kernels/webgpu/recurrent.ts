import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS, recurrentFunctions } from '../../recurrent/internal/recurrentOps.js';
import { recurrentEngine } from './recurrentEngine.js';

/** The kernels of the recurrent layers and cells. */
export const recurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const ops = RECURRENT_OPS[cell];
  const { layer, layerGrad, last, lastGrad, cell: one, cellGrad } = recurrentFunctions(cell, recurrentEngine);
  return [
    composedKernel({ ...ops.layer, compose: layer }),
    composedKernel({ ...ops.bidirectional, compose: layer }),
    composedKernel({ ...ops.layerGrad, compose: layerGrad }),
    composedKernel({ ...ops.last, compose: last }),
    composedKernel({ ...ops.lastBidirectional, compose: last }),
    composedKernel({ ...ops.lastGrad, compose: lastGrad }),
    composedKernel({ ...ops.cell, compose: one }),
    composedKernel({ ...ops.cellGrad, compose: cellGrad }),
  ];
});
