import { dropoutMask } from '../../../internal/dropoutMask.js';
import { wordDropoutOp } from '../../../layers/wordDropout.js';
import { referenceKernel } from '../referenceKernel.js';

export const wordDropoutKernels = [
  // y[i, t] = x[i, t] · mask[i, t]
  referenceKernel(wordDropoutOp, ({ x }, attributes) => {
    const [size, time, width] = x.shape as [number, number, number];
    const mask = dropoutMask(size * time, attributes);
    return [{ shape: x.shape, data: x.data.map((value, p) => value * mask[Math.floor(p / width)]!) }];
  }),
];
