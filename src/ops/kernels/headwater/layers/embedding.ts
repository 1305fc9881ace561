import { embeddingGradOp, embeddingOp } from '../../../layers/embedding.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const embeddingKernels = [
  // output[i, t] = weight[tokens[i, t]]
  referenceKernel(embeddingOp, ({ weight }, { tokens, size, time }) => {
    const width = weight.shape[1]!;
    const output = new Float32Array(tokens.length * width);
    for (let i = 0; i < tokens.length; i++) {
      const from = tokens[i]! * width;
      output.set(weight.data.subarray(from, from + width), i * width);
    }
    return [{ shape: [size, time, width], data: output }];
  }),

  // dWeight[v] = Σ over tokens[i, t] = v of dOutput[i, t], zero for the padding token
  referenceKernel(embeddingGradOp, ({ dOutput }, { tokens, padIndex, vocabularySize }) => {
    const width = dOutput.shape[2]!;
    const dWeight = new Float32Array(vocabularySize * width);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token === padIndex) continue;
      const to = token * width;
      const from = i * width;
      for (let e = 0; e < width; e++) dWeight[to + e]! += dOutput.data[from + e]!;
    }
    return [{ shape: [vocabularySize, width], data: dWeight }];
  }),
];
