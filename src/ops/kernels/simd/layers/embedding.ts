import { embeddingGradOp, embeddingOp } from '../../../layers/embedding.js';
import { WORD } from '../machine/KernelMemory.js';
import { fillZeros, gatherRows } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

export const embeddingKernels = [
  // output[i, t] = weight[tokens[i, t]]
  simdKernel(embeddingOp, (machine, { weight }, { tokens, size, time }) => {
    const width = weight.shape[1]!;
    const output = machine.makeResult(size, time, width);
    machine.memory.borrow((take) => {
      const index = take(tokens.byteLength);
      machine.memory.putInts(index, tokens);
      gatherRows(machine, weight.at, index, tokens.length, width, output.at);
    });
    return [output];
  }),

  // dWeight[v] = Σ over tokens[i, t] = v of dOutput[i, t], zero for the padding token
  simdKernel(embeddingGradOp, (machine, { dOutput }, { tokens, padIndex, vocabularySize }) => {
    const width = dOutput.shape[2]!;
    const result = machine.makeResult(vocabularySize, width);
    fillZeros(machine, result.at, vocabularySize * width * WORD);
    const from = machine.memory.floats(dOutput.at, tokens.length * width);
    const dWeight = machine.memory.floats(result.at, vocabularySize * width);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token === padIndex) continue;
      for (let e = 0; e < width; e++) dWeight[token * width + e]! += from[i * width + e]!;
    }
    return [result];
  }),
];
