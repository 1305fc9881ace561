import { dropoutOp } from '../../../layers/dropout.js';
import { dropoutMask } from '../../../internal/dropoutMask.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const dropoutKernels = [
  // y[p] = x[p] · mask[p]
  referenceKernel(dropoutOp, ({ x }, attributes) => {
    const y = dropoutMask(x.data.length, attributes);
    for (let p = 0; p < y.length; p++) y[p]! *= x.data[p]!;
    return [{ shape: x.shape, data: y }];
  }),
];
