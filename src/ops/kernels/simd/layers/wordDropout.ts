import { dropoutMask } from '../../../internal/dropoutMask.js';
import { wordDropoutOp } from '../../../layers/wordDropout.js';
import { simdKernel } from '../simdKernel.js';

export const wordDropoutKernels = [
  // y[i, t] = x[i, t] · mask[i, t]
  simdKernel(wordDropoutOp, (machine, { x }, attributes) => {
    const [size, time, width] = x.shape as [number, number, number];
    const result = machine.makeResult(size, time, width);
    const from = machine.memory.floats(x.at, size * time * width);
    const to = machine.memory.floats(result.at, size * time * width);
    dropoutMask(size * time, attributes).forEach((scale, token) => {
      for (let p = token * width; p < (token + 1) * width; p++) to[p] = from[p]! * scale;
    });
    return [result];
  }),
];
