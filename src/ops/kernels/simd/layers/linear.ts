import { linearGradOp, linearOp } from '../../../layers/linear.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { multiply, multiplyTransposed, panelsOf, sumRows } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** y = x·Wᵀ + b */
export const linear = (machine: KernelMachine, x: Resident, weight: Resident, bias: Resident): Resident => {
  const rows = x.shape[0]!;
  const y = machine.makeResult(rows, weight.shape[0]!);
  multiply(machine, x.at, rows, panelsOf(machine, weight, true), bias.at, y.at);
  return y;
};

/** dx = dy·W;  dW = dyᵀ·x;  db = Σᵢ dy[i] */
export const linearGradients = (
  machine: KernelMachine,
  dOutput: Resident,
  x: Resident,
  weight: Resident,
): readonly [Resident, Resident, Resident] => {
  const [rows, inputs] = x.shape as [number, number];
  const outputs = weight.shape[0]!;
  const dx = machine.makeResult(rows, inputs);
  const dWeight = machine.makeResult(outputs, inputs);
  const dBias = machine.makeResult(outputs);
  multiply(machine, dOutput.at, rows, panelsOf(machine, weight, false), 0, dx.at);
  multiplyTransposed(machine, dOutput.at, outputs, x.at, inputs, rows, dWeight.at);
  sumRows(machine, dOutput.at, rows, outputs, dBias.at);
  return [dx, dWeight, dBias];
};

export const linearKernels = [
  simdKernel(linearOp, (machine, { x, weight, bias }) => [linear(machine, x, weight, bias)]),
  simdKernel(linearGradOp, (machine, { dOutput, x, weight }) => linearGradients(machine, dOutput, x, weight)),
];
