import { clipByGlobalNormOp, clippingScale } from '../../optimizers/clipByGlobalNorm.js';
import { referenceKernel } from './definition/referenceKernel.js';

export const clipByGlobalNormKernels = [
  // g' = g · min(1, maxNorm / (n + 1e-6)), n = √(Σ g²), summed in float64
  referenceKernel(clipByGlobalNormOp, (inputs, { maxNorm }) => {
    const gradients = Object.values(inputs);
    let squares = 0;
    for (const { data } of gradients) for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
    const norm = Math.sqrt(squares);
    const scale = clippingScale(norm, maxNorm);
    return [
      ...gradients.map(({ shape, data }) => ({ shape, data: data.map((g) => g * scale) })),
      { shape: [], data: Float32Array.of(norm) },
    ];
  }),
];
