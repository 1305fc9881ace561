import { membersOf } from '../../../internal/membersOf.js';
import { vectorEmbeddingGradOp, vectorEmbeddingOp, writeVectors } from '../../../layers/vectorEmbedding.js';
import type { VectorEmbeddingAttributes } from '../../../layers/vectorEmbedding.js';
import { putInts } from '../machine/directionRun.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { WORD } from '../machine/KernelMemory.js';
import { sumGroups, tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The number of vectors per task. */
const PART = 64;

/** Copies rows of `width` bytes of a table to an address in the memory of the kernels. */
const copyRows = (rows: Int8Array, ids: Int32Array, width: number, machine: KernelMachine, to: number): void => {
  // Word by word if the rows allow it: a copy by `set` needs a view of each row, which takes longer than the copy.
  const whole = width % WORD === 0 && rows.byteOffset % WORD === 0;
  const from = whole ? new Int32Array(rows.buffer, rows.byteOffset, Math.floor(rows.length / WORD)) : rows;
  const step = whole ? width / WORD : width;
  const copy = whole ? machine.memory.ints(to, ids.length * step) : machine.memory.bytes(to, ids.length * step);
  for (let i = 0, at = 0; i < ids.length; i++) {
    const first = ids[i]! * step;
    for (let j = first; j < first + step; j++) copy[at++] = from[j]!;
  }
};

/**
 * The same as `writeVectors` for a table of bytes. The vectors of the tokens are first copied to the memory of the
 * kernels.
 */
const addBytes = (
  machine: KernelMachine,
  { vectorIds, places, rows, scales }: Omit<VectorEmbeddingAttributes, 'rows'> & { readonly rows: Int8Array },
  delta: Resident,
  to: number,
): void => {
  const count = vectorIds.length;
  const width = delta.shape[1]!;
  machine.memory.borrow((take) => {
    const [bytesAt, scalesAt] = [take(count * width), take(count * WORD)];
    copyRows(rows, vectorIds, width, machine, bytesAt);
    const ofRows = machine.memory.floats(scalesAt, count);
    for (let i = 0; i < count; i++) ofRows[i] = scales.length === 0 ? 1 : scales[vectorIds[i]!]!;
    machine.threads.run('vectorRows', tasksFor(count, PART), {
      rows: bytesAt,
      scales: scalesAt,
      delta: delta.at,
      places: putInts(machine, take, places),
      count,
      width,
      to,
      part: PART,
    });
  });
};

export const vectorEmbeddingKernels = [
  // e[i, t] = scale · rows[vectorIds[i, t]] + delta[places[i, t]]: the table is not moved
  simdKernel(vectorEmbeddingOp, (machine, { delta }, attributes) => {
    const { shape, places, rows } = attributes;
    const width = delta.shape[1]!;
    const result = machine.makeResult(...shape, width);
    if (rows instanceof Int8Array) {
      addBytes(machine, { ...attributes, rows }, delta, result.at);
      return [result];
    }
    const output = machine.memory.floats(result.at, places.length * width);
    const trained = machine.memory.floats(delta.at, delta.shape[0]! * width);
    writeVectors(output, attributes, trained);
    return [result];
  }),

  // dDelta[u] = Σ over places[i, t] = u of dOutput[i, t]
  simdKernel(vectorEmbeddingGradOp, (machine, { dOutput }, { places, count }) => {
    const width = dOutput.shape.at(-1)!;
    const result = machine.makeResult(count, width);
    const { members, starts } = membersOf(places, count);
    machine.memory.borrow((take) =>
      sumGroups(
        machine,
        dOutput.at,
        putInts(machine, take, members),
        putInts(machine, take, starts),
        count,
        width,
        result.at,
      ),
    );
    return [result];
  }),
];
