import { attentionGradOp, attentionOp } from '../../../pooling/internal/attentionOps.js';
import { referenceKernel } from '../definition/referenceKernel.js';

/** Σⱼ a[j] · b[j] of two blocks of `width` values. */
const dot = (a: Float32Array, atA: number, b: Float32Array, atB: number, width: number): number => {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += a[atA + j]! * b[atB + j]!;
  return sum;
};

export const attentionKernels = [
  // w[i, t] = softmaxₜ(x[i, t] · q), pooled[i, j] = Σₜ w[i, t] · x[i, t, j], over the tokens t of row i
  referenceKernel(attentionOp, ({ x: { shape, data: x }, query: { data: query } }, { lengths }) => {
    const [batch, time, width] = shape as [number, number, number];
    const pooled = new Float32Array(batch * width);
    const weights = new Float32Array(batch * time);
    lengths.forEach((length, row) => {
      const scores = Float64Array.from({ length }, (_, t) => dot(x, (row * time + t) * width, query, 0, width));
      const largest = scores.reduce((a, b) => Math.max(a, b));
      const shares = scores.map((score) => Math.exp(score - largest));
      const sum = shares.reduce((a, b) => a + b);
      shares.forEach((share, t) => (weights[row * time + t] = share / sum));
      for (let j = 0; j < width; j++) {
        let value = 0;
        for (let t = 0; t < length; t++) value += weights[row * time + t]! * x[(row * time + t) * width + j]!;
        pooled[row * width + j] = value;
      }
    });
    return [
      { shape: [batch, width], data: pooled },
      { shape: [batch, time], data: weights },
    ];
  }),

  // dw[i, t] = dPooled[i] · x[i, t] + dWeights[i, t], ds[i, t] = w[i, t] · (dw[i, t] − Σᵤ w[i, u] · dw[i, u]),
  // dx[i, t] = w[i, t] · dPooled[i] + ds[i, t] · q, dq = Σ ds[i, t] · x[i, t]
  referenceKernel(
    attentionGradOp,
    (
      {
        x: { shape, data: x },
        query: { data: query },
        weights: { data: weights },
        dPooled: { data: dPooled },
        dWeights,
      },
      { lengths },
    ) => {
      const [, time, width] = shape as [number, number, number];
      const dx = new Float32Array(x.length);
      const dQuery = new Float64Array(width);
      lengths.forEach((length, row) => {
        const ofWeights = Float64Array.from(
          { length },
          (_, t) => dot(x, (row * time + t) * width, dPooled, row * width, width) + dWeights.data[row * time + t]!,
        );
        const mean = ofWeights.reduce((sum, dWeight, t) => sum + weights[row * time + t]! * dWeight, 0);
        ofWeights.forEach((dWeight, t) => {
          const weight = weights[row * time + t]!;
          const dScore = weight * (dWeight - mean);
          const at = (row * time + t) * width;
          for (let j = 0; j < width; j++) {
            dx[at + j] = weight * dPooled[row * width + j]! + dScore * query[j]!;
            dQuery[j]! += dScore * x[at + j]!;
          }
        });
      });
      return [
        { shape, data: dx },
        { shape: [width], data: Float32Array.from(dQuery) },
      ];
    },
  ),
];
