import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS, recurrentFunctions } from '../../recurrent/internal/recurrentOps.js';
import { recurrentEngine } from './recurrentEngine.js';
import { simdKernel } from './machine/simdKernel.js';

/** The kernels of the recurrent layers and cells. */
export const recurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const ops = RECURRENT_OPS[cell];
  return [
    simdKernel(ops.layer, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).layer(inputs, attributes),
    ),
    simdKernel(ops.bidirectional, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).layer(inputs, attributes),
    ),
    simdKernel(ops.layerGrad, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).layerGrad(inputs, attributes),
    ),
    simdKernel(ops.last, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).last(inputs, attributes),
    ),
    simdKernel(ops.lastBidirectional, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).last(inputs, attributes),
    ),
    simdKernel(ops.lastGrad, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).lastGrad(inputs, attributes),
    ),
    simdKernel(ops.cell, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).cell(inputs, attributes),
    ),
    simdKernel(ops.cellGrad, (machine, inputs, attributes) =>
      recurrentFunctions(cell, recurrentEngine(machine)).cellGrad(inputs, attributes),
    ),
  ];
});
