import { partsOf, poolGradOp, poolOp } from '../../../pooling/internal/poolOps.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const poolKernels = [
  // largest[i, j] = max x[i, t, j], mean[i, j] = Σ x[i, t, j] / length[i], over the tokens t of row i
  referenceKernel(poolOp, ({ x: { shape, data: x } }, { lengths, kind }) => {
    const [batch, time, width] = shape as [number, number, number];
    const outputs = partsOf(kind) * width;
    const pooled = new Float32Array(batch * outputs);
    const places = new Float32Array(kind === 'mean' ? 0 : batch * width);
    lengths.forEach((length, row) => {
      for (let j = 0; j < width; j++) {
        let place = 0;
        let largest = x[row * time * width + j]!;
        let sum = largest;
        for (let t = 1; t < length; t++) {
          const value = x[(row * time + t) * width + j]!;
          sum += value;
          if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) [largest, place] = [value, t];
        }
        if (kind !== 'mean') {
          pooled[row * outputs + j] = largest;
          places[row * width + j] = place;
        }
        if (kind !== 'max') pooled[(row + 1) * outputs - width + j] = sum / length;
      }
    });
    return [
      { shape: [batch, outputs], data: pooled },
      { shape: kind === 'mean' ? [0] : [batch, width], data: places },
    ];
  }),

  // dx[i, t, j] = [t = places[i, j]] · dLargest[i, j] + dMean[i, j] / length[i]
  referenceKernel(poolGradOp, ({ dOutput: { shape, data: dOutput }, places }, { lengths, time, kind }) => {
    const [batch, outputs] = shape as [number, number];
    const width = outputs / partsOf(kind);
    const dx = new Float32Array(batch * time * width);
    lengths.forEach((length, row) => {
      for (let j = 0; j < width; j++) {
        if (kind !== 'max')
          for (let t = 0; t < length; t++)
            dx[(row * time + t) * width + j] = dOutput[(row + 1) * outputs - width + j]! / length;
        if (kind !== 'mean')
          dx[(row * time + places.data[row * width + j]!) * width + j]! += dOutput[row * outputs + j]!;
      }
    });
    return [{ shape: [batch, time, width], data: dx }];
  }),
];
