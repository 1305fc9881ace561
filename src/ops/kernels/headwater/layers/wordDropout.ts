import { dropoutMask } from '../../../internal/dropoutMask.js';
import { wordDropoutOp, wordsIn } from '../../../layers/wordDropout.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const wordDropoutKernels = [
  // y[i, t] = x[i, t] · mask[i, t]
  referenceKernel(wordDropoutOp, ({ x }, attributes) => {
    const width = x.shape.at(-1)!;
    const mask = dropoutMask(wordsIn(x.shape), attributes);
    return [{ shape: x.shape, data: x.data.map((value, p) => value * mask[Math.floor(p / width)]!) }];
  }),
];
