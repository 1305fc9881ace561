import type { SparseRows } from '../../../../contracts/rows/SparseRows.js';
import { transposed } from '../../../sparse/internal/transposed.js';
import { sparseLinearGradOp, sparseLinearOp } from '../../../sparse/sparseLinear.js';
import { putInts } from '../directionRun.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { tasksFor } from '../products.js';
import { simdKernel } from '../simdKernel.js';

/** output[i] = base[i] + Σ value · from[id] over the entries of row i; `part` rows a task */
const multiply = (
  machine: KernelMachine,
  { offsets, ids, values }: SparseRows,
  from: Resident,
  base: Resident | undefined,
  part: number,
): Resident => {
  const width = from.shape[1]!;
  const size = offsets.length - 1;
  const output = machine.makeResult(size, width);
  machine.memory.borrow((take) => {
    const ofEntries = take(values.byteLength);
    machine.memory.putFloats(ofEntries, values);
    machine.threads.run('sparseProduct', tasksFor(size, part), {
      starts: putInts(machine, take, offsets),
      index: putInts(machine, take, ids),
      values: ofEntries,
      b: from.at,
      base: base?.at ?? 0,
      c: output.at,
      m: size,
      n: width,
      rows: part,
    });
  });
  return output;
};

export const sparseLinearKernels = [
  simdKernel(sparseLinearOp, (machine, { rows, base }, features) => [multiply(machine, features, rows, base, 8)]),

  // dRows[u] = Σ value · dOutput[i] over the entries of column u: the product with the transpose
  simdKernel(sparseLinearGradOp, (machine, { dOutput }, { columns, ...features }) => [
    multiply(machine, transposed(features, columns), dOutput, undefined, 256),
  ]),
];
