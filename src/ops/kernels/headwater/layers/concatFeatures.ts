import { concatFeaturesGradOp, concatFeaturesOp } from '../../../layers/concatFeatures.js';
import { referenceKernel, type Values } from '../definition/referenceKernel.js';

/** The columns of each row from `from` on. */
const columns = (rows: number, all: number, data: Float32Array, from: number, width: number): Values => {
  const part = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) part.set(data.subarray(row * all + from, row * all + from + width), row * width);
  return { shape: [rows, width], data: part };
};

export const concatFeaturesKernels = [
  referenceKernel(concatFeaturesOp, ({ left, right }, { width }) => {
    const [rows, rest] = right.shape as [number, number];
    const both = new Float32Array(rows * (width + rest));
    for (let row = 0; row < rows; row++) {
      both.set(left.data.subarray(row * width, (row + 1) * width), row * (width + rest));
      both.set(right.data.subarray(row * rest, (row + 1) * rest), row * (width + rest) + width);
    }
    return [{ shape: [rows, width + rest], data: both }];
  }),

  referenceKernel(concatFeaturesGradOp, ({ dy: { shape, data } }, { width }) => {
    const [rows, both] = shape as [number, number];
    return [columns(rows, both, data, 0, width), columns(rows, both, data, width, both - width)];
  }),
];
