import type { SparseRows } from '../../../../contracts/rows/SparseRows.js';
import { transposed } from '../../../sparse/internal/transposed.js';
import { sparseLinearGradOp, sparseLinearOp } from '../../../sparse/sparseLinear.js';
import { referenceKernel } from '../definition/referenceKernel.js';
import type { Values } from '../definition/referenceKernel.js';

/** output[i] = base[i] + Σ value · from[id] over the entries of row i, in their order */
const multiply = ({ offsets, ids, values }: SparseRows, from: Values, base: Values | undefined): Values => {
  const width = from.shape[1]!;
  const size = offsets.length - 1;
  const output = new Float32Array(size * width);
  const sums = new Float64Array(width);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < width; c++) sums[c] = base?.data[i * width + c] ?? 0;
    for (let entry = offsets[i]!; entry < offsets[i + 1]!; entry++) {
      const start = ids[entry]! * width;
      for (let c = 0; c < width; c++) sums[c]! += values[entry]! * from.data[start + c]!;
    }
    output.set(sums, i * width);
  }
  return { shape: [size, width], data: output };
};

export const sparseLinearKernels = [
  referenceKernel(sparseLinearOp, ({ rows, base }, features) => [multiply(features, rows, base)]),

  // dRows[u] = Σ value · dOutput[i] over the entries of column u: the product with the transpose
  referenceKernel(sparseLinearGradOp, ({ dOutput }, { columns, ...features }) => [
    multiply(transposed(features, columns), dOutput, undefined),
  ]),
];
