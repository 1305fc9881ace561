import { vectorEmbeddingGradOp, vectorEmbeddingOp, writeVectors } from '../../../layers/vectorEmbedding.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const vectorEmbeddingKernels = [
  // e[i, t] = scale · rows[vectorIds[i, t]] + delta[places[i, t]]
  referenceKernel(vectorEmbeddingOp, ({ delta }, attributes) => {
    const { shape, places } = attributes;
    const width = delta.shape[1]!;
    const output = new Float32Array(places.length * width);
    writeVectors(output, attributes);
    places.forEach((place, i) => {
      if (place >= 0) for (let j = 0; j < width; j++) output[i * width + j]! += delta.data[place * width + j]!;
    });
    return [{ shape: [...shape, width], data: output }];
  }),

  // dDelta[u] = Σ over places[i, t] = u of dOutput[i, t]
  referenceKernel(vectorEmbeddingGradOp, ({ dOutput }, { places, count }) => {
    const width = dOutput.shape.at(-1)!;
    const dDelta = new Float32Array(count * width);
    places.forEach((place, i) => {
      if (place >= 0) for (let j = 0; j < width; j++) dDelta[place * width + j]! += dOutput.data[i * width + j]!;
    });
    return [{ shape: [count, width], data: dDelta }];
  }),
];
