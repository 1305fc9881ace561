import { partsOf, poolGradOp, poolOp } from '../../../pooling/internal/poolOps.js';
import type { PoolAttributes } from '../../../pooling/internal/poolOps.js';
import { putInts } from '../machine/directionRun.js';
import type { KernelMachine } from '../machine/KernelMachine.js';
import { WORD } from '../machine/KernelMemory.js';
import { tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The number of rows per task. */
const PART = 8;

/** Runs one of the two kernels. `pooled` is the output or its gradient. */
export const runPool = (
  machine: KernelMachine,
  kernel: 'pool' | 'poolBackward',
  { lengths, time, kind }: PoolAttributes,
  width: number,
  x: number,
  pooled: number,
  places: number,
): void => {
  const batch = lengths.length;
  machine.memory.borrow((take) => {
    machine.threads.run(kernel, tasksFor(batch, PART), {
      x,
      lengths: putInts(machine, take, lengths),
      batch,
      time,
      width,
      largest: kind === 'mean' ? 0 : pooled,
      mean: kind === 'max' ? 0 : pooled + (partsOf(kind) - 1) * width * WORD,
      step: partsOf(kind) * width,
      places: kind === 'mean' ? 0 : places,
      part: PART,
    });
  });
};

export const poolKernels = [
  simdKernel(poolOp, (machine, { x }, attributes) => {
    const [batch, , width] = x.shape as [number, number, number];
    const pooled = machine.makeResult(batch, partsOf(attributes.kind) * width);
    const places = attributes.kind === 'mean' ? machine.makeResult(0) : machine.makeResult(batch, width);
    runPool(machine, 'pool', attributes, width, x.at, pooled.at, places.at);
    return [pooled, places];
  }),

  simdKernel(poolGradOp, (machine, { dOutput, places }, attributes) => {
    const [batch, outputs] = dOutput.shape as [number, number];
    const width = outputs / partsOf(attributes.kind);
    const dx = machine.makeResult(batch, attributes.time, width);
    runPool(machine, 'poolBackward', attributes, width, dx.at, dOutput.at, places.at);
    return [dx];
  }),
];
