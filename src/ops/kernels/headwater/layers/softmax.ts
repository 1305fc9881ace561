import { softmaxGradOp, softmaxOp } from '../../../layers/softmax.js';
import { referenceKernel } from '../definition/referenceKernel.js';
import { softmaxRows } from './softmaxRows.js';

export const softmaxKernels = [
  referenceKernel(softmaxOp, ({ logits }) => [
    { shape: logits.shape, data: softmaxRows(logits.data, logits.shape[1]!) },
  ]),

  // dz[i, c] = p[i, c] · (dp[i, c] − Σⱼ dp[i, j] · p[i, j])
  referenceKernel(softmaxGradOp, ({ dProbabilities: { data: dp }, probabilities: { shape, data: p } }) => {
    const [rows, classes] = shape as [number, number];
    const dLogits = new Float32Array(p.length);
    for (let i = 0; i < rows; i++) {
      let mean = 0;
      for (let j = i * classes; j < (i + 1) * classes; j++) mean += dp[j]! * p[j]!;
      for (let j = i * classes; j < (i + 1) * classes; j++) dLogits[j] = p[j]! * (dp[j]! - mean);
    }
    return [{ shape, data: dLogits }];
  }),
];
