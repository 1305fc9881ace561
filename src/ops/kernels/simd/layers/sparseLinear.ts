import type { SparseRows } from '../../../../contracts/rows/SparseRows.js';
import { sparseLinearGradOp, sparseLinearOp } from '../../../sparse/sparseLinear.js';
import { putInts } from '../machine/directionRun.js';
import type { Take } from '../machine/directionRun.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { WORD } from '../machine/KernelMemory.js';
import { tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The addresses of sparse rows in the memory of the kernels. */
interface Entries {
  readonly starts: number;
  readonly index: number;
  readonly values: number;
}

/** Copies sparse rows into blocks of their own. */
export const putEntries = (machine: KernelMachine, take: Take, { offsets, ids, values }: SparseRows): Entries => {
  const at = take(values.byteLength);
  machine.memory.putFloats(at, values);
  return { starts: putInts(machine, take, offsets), index: putInts(machine, take, ids), values: at };
};

/** output[i] = base[i] + Σ value · from[index] over the entries of row i, of `size` rows; `part` rows per task */
const multiply = (
  machine: KernelMachine,
  entries: Entries,
  size: number,
  from: Resident,
  base: Resident | undefined,
  part: number,
): Resident => {
  const width = from.shape[1]!;
  const output = machine.makeResult(size, width);
  machine.threads.run('sparseProduct', tasksFor(size, part), {
    ...entries,
    b: from.at,
    base: base?.at ?? 0,
    c: output.at,
    m: size,
    n: width,
    rows: part,
  });
  return output;
};

export const sparseLinearKernels = [
  simdKernel(sparseLinearOp, (machine, { rows, base }, features) =>
    machine.memory.borrow((take) => [
      multiply(machine, putEntries(machine, take, features), features.offsets.length - 1, rows, base, 8),
    ]),
  ),

  // dRows[u] = Σ value · dOutput[i] over the entries of column u: the product with the transpose
  simdKernel(sparseLinearGradOp, (machine, { dOutput }, { columns, ...features }) =>
    machine.memory.borrow((take) => {
      const [columnStarts, rows, moved] = [
        take((columns + 2) * WORD),
        take(features.ids.byteLength),
        take(features.values.byteLength),
      ];
      const entries = putEntries(machine, take, features);
      const m = features.offsets.length - 1;
      machine.threads.run('transposeRows', 1, { ...entries, m, columns, columnStarts, rows, moved });
      const transposed = { starts: columnStarts, index: rows, values: moved };
      return [multiply(machine, transposed, columns, dOutput, undefined, 256)];
    }),
  ),
];
