import { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from '../../../layers/softmaxCrossEntropy.js';
import { referenceKernel } from '../definition/referenceKernel.js';
import { softmaxRows } from './softmaxRows.js';

export const softmaxCrossEntropyKernels = [
  // loss = Σᵢ share[i] · (log Σⱼ exp(z[i, j] − m) − (z[i, label[i]] − m)), with m the largest logit of the row. The
  // order matters: added to a large logit first, the logarithm would be lost to rounding
  referenceKernel(softmaxCrossEntropyOp, ({ logits: { shape, data: z } }, { labels, shares }) => {
    const [rows, classes] = shape as [number, number];
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const from = i * classes;
      let largest = -Infinity;
      for (let c = 0; c < classes; c++) largest = Math.max(largest, z[from + c]!);
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp(z[from + c]! - largest);
      loss += shares[i]! * (Math.log(sum) - (z[from + labels[i]!]! - largest));
    }
    return [
      { shape: [], data: Float32Array.of(loss) },
      { shape, data: softmaxRows(z, classes) },
    ];
  }),

  // dz[i, c] = dLoss · share[i] · (p[i, c] − [c = label[i]])
  referenceKernel(softmaxCrossEntropyGradOp, ({ dLoss, probabilities: { shape, data: p } }, { labels, shares }) => {
    const [rows, classes] = shape as [number, number];
    const dLogits = new Float32Array(p.length);
    for (let i = 0; i < rows; i++) {
      const scale = dLoss.data[0]! * shares[i]!;
      for (let c = 0; c < classes; c++)
        dLogits[i * classes + c] = scale * (p[i * classes + c]! - (c === labels[i]! ? 1 : 0));
    }
    return [{ shape, data: dLogits }];
  }),
];
