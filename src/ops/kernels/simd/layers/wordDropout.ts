import { dropoutMask } from '../../../internal/dropoutMask.js';
import { wordDropoutOp, wordsIn } from '../../../layers/wordDropout.js';
import { simdKernel } from '../machine/simdKernel.js';

export const wordDropoutKernels = [
  // y[i, t] = x[i, t] · mask[i, t]
  simdKernel(wordDropoutOp, (machine, { x }, attributes) => {
    const width = x.shape.at(-1)!;
    const words = wordsIn(x.shape);
    const result = machine.makeResult(...x.shape);
    const from = machine.memory.floats(x.at, words * width);
    const to = machine.memory.floats(result.at, words * width);
    dropoutMask(words, attributes).forEach((scale, token) => {
      for (let p = token * width; p < (token + 1) * width; p++) to[p] = from[p]! * scale;
    });
    return [result];
  }),
];
