import { softmaxOp } from '../../../layers/softmax.js';
import type { LossAttributes } from '../../../layers/softmaxCrossEntropy.js';
import { putInts } from '../directionRun.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { WORD, tasksFor } from '../products.js';
import { simdKernel } from '../simdKernel.js';

/** Rows that a task takes. */
const PART = 256;

const NO_LABELS = { labels: 0, shares: 0, loss: 0 };

/** Puts probabilities in place of logits. */
export const softmaxInPlace = (machine: KernelMachine, { at, shape }: Resident): void => {
  const [rows, classes] = shape as [number, number];
  machine.threads.run('softmax', tasksFor(rows, PART), { logits: at, rows, classes, part: PART, ...NO_LABELS });
};

/** The cross-entropy of logits; its gradient is put in their place. */
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

export const softmaxKernels = [
  simdKernel(softmaxOp, (machine, { logits }) => {
    const probabilities = machine.makeResult(...logits.shape);
    machine.memory.copy(
      logits.at,
      probabilities.at,
      logits.shape.reduce((size, side) => size * side, WORD),
    );
    softmaxInPlace(machine, probabilities);
    return [probabilities];
  }),
];
