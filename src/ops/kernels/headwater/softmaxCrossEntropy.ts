import { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from '../../softmaxCrossEntropy.js';
import { crossEntropy, crossEntropyGradient } from './crossEntropy.js';
import { referenceKernel } from './referenceKernel.js';
import { softmaxRows } from './softmaxRows.js';

export const softmaxCrossEntropyKernels = [
  referenceKernel(softmaxCrossEntropyOp, ({ logits: { shape, data } }, attributes) => [
    { shape: [], data: Float32Array.of(crossEntropy(data, shape[1]!, attributes)) },
    { shape, data: softmaxRows(data, shape[1]!) },
  ]),

  referenceKernel(softmaxCrossEntropyGradOp, ({ dLoss, probabilities: { shape, data } }, attributes) => [
    { shape, data: crossEntropyGradient(data, shape[1]!, dLoss.data[0]!, attributes) },
  ]),
];
