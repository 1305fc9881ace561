import { gatherLastGradOp, gatherLastOp } from '../../../layers/gatherLast.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const gatherLastKernels = [
  // last[i] = output[i, lengths[i] - 1]
  referenceKernel(gatherLastOp, ({ output }, { lengths, time }) => {
    const batch = lengths.length;
    const width = output.shape[2]!;
    const last = new Float32Array(batch * width);
    for (let row = 0; row < batch; row++) {
      const from = (row * time + lengths[row]! - 1) * width;
      last.set(output.data.subarray(from, from + width), row * width);
    }
    return [{ shape: [batch, width], data: last }];
  }),

  // dOutput[i, lengths[i] - 1] = dLast[i], zero elsewhere
  referenceKernel(gatherLastGradOp, ({ dLast }, { lengths, time }) => {
    const batch = lengths.length;
    const width = dLast.shape[1]!;
    const dOutput = new Float32Array(batch * time * width);
    for (let row = 0; row < batch; row++)
      dOutput.set(dLast.data.subarray(row * width, (row + 1) * width), (row * time + lengths[row]! - 1) * width);
    return [{ shape: [batch, time, width], data: dOutput }];
  }),
];
