import { softmaxOp } from '../../../layers/softmax.js';
import type { LossAttributes } from '../../../layers/softmaxCrossEntropy.js';
import { putInts } from '../machine/directionRun.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { WORD } from '../machine/KernelMemory.js';
import { tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The number of rows per task. */
const PART = 256;

const NO_LABELS = { labels: 0, shares: 0, loss: 0 };

/** Writes the probabilities of logits to the address `to`, which may be that of the logits. */
export const runSoftmax = (machine: KernelMachine, logits: number, rows: number, classes: number, to: number): void =>
  machine.threads.run('softmax', tasksFor(rows, PART), { logits, to, rows, classes, part: PART, ...NO_LABELS });

/** The probabilities of logits. */
export const probabilitiesOf = (machine: KernelMachine, { at, shape }: Resident): Resident => {
  const [rows, classes] = shape as [number, number];
  const probabilities = machine.makeResult(rows, classes);
  runSoftmax(machine, at, rows, classes, probabilities.at);
  return probabilities;
};

/** The cross-entropy of logits. The logits are replaced by its gradient. */
export const crossEntropyInPlace = (
  machine: KernelMachine,
  { at, shape }: Resident,
  { labels, shares }: LossAttributes,
): Resident => {
  const [rows, classes] = shape as [number, number];
  const loss = machine.makeResult();
  machine.memory.borrow((take) => {
    const ofRows = take(rows * WORD);
    machine.memory.putFloats(ofRows, shares);
    machine.threads.run('crossEntropy', 1, {
      logits: at,
      to: at,
      rows,
      classes,
      part: rows,
      labels: putInts(machine, take, labels),
      shares: ofRows,
      loss: loss.at,
    });
  });
  return loss;
};

export const softmaxKernels = [simdKernel(softmaxOp, (machine, { logits }) => [probabilitiesOf(machine, logits)])];
