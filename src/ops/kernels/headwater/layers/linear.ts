import { linearGradOp, linearOp } from '../../../layers/linear.js';
import { matrix, multiply, transposed } from '../definition/matmul.js';
import { referenceKernel } from '../definition/referenceKernel.js';

export const linearKernels = [
  // y = x·Wᵀ + b
  referenceKernel(linearOp, ({ x, weight, bias }) => {
    const [rows, inputs] = x.shape as [number, number];
    const outputs = weight.shape[0]!;
    const y = new Float32Array(rows * outputs);
    multiply(matrix(x.data, rows, inputs), transposed(matrix(weight.data, outputs, inputs)), matrix(y, rows, outputs));
    for (let i = 0; i < rows; i++) for (let o = 0; o < outputs; o++) y[i * outputs + o]! += bias.data[o]!;
    return [{ shape: [rows, outputs], data: y }];
  }),

  // dx = dy·W;  dW = dyᵀ·x;  db = Σᵢ dy[i]
  referenceKernel(linearGradOp, ({ dOutput, x, weight }) => {
    const [rows, inputs] = x.shape as [number, number];
    const outputs = weight.shape[0]!;
    const dy = matrix(dOutput.data, rows, outputs);
    const dx = new Float32Array(rows * inputs);
    const dWeight = new Float32Array(outputs * inputs);
    const dBias = new Float32Array(outputs);
    multiply(dy, matrix(weight.data, outputs, inputs), matrix(dx, rows, inputs));
    multiply(transposed(dy), matrix(x.data, rows, inputs), matrix(dWeight, outputs, inputs));
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += dOutput.data[i * outputs + o]!;
      dBias[o] = sum;
    }
    return [
      { shape: [rows, inputs], data: dx },
      { shape: [outputs, inputs], data: dWeight },
      { shape: [outputs], data: dBias },
    ];
  }),
];
