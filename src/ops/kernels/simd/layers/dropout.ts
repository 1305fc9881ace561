import { dropoutOp } from '../../../layers/dropout.js';
import type { DropoutAttributes } from '../../../internal/dropoutMask.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

const TWO_TO_32 = 2 ** 32;

/** The number of values per task. */
const PART = 1 << 12;

/** y[p] = x[p] · mask[p] */
export const drop = (
  machine: KernelMachine,
  x: Resident,
  { rate, key0, key1, epoch, step, site }: DropoutAttributes,
): Resident => {
  const y = machine.makeResult(...x.shape);
  const count = x.shape.reduce((size, side) => size * side, 1);
  // A word is an integer, so it is below the threshold if and only if it is below the threshold rounded up.
  const threshold = Math.ceil(rate * TWO_TO_32);
  const words = { thresholdLow: threshold % TWO_TO_32, thresholdHigh: Math.floor(threshold / TWO_TO_32) };
  machine.threads.run('dropout', tasksFor(count, PART), {
    x: x.at,
    y: y.at,
    count,
    part: PART,
    ...words,
    scale: 1 / (1 - rate),
    epoch,
    step,
    site,
    key0,
    key1,
  });
  return y;
};

export const dropoutKernels = [simdKernel(dropoutOp, (machine, { x }, attributes) => [drop(machine, x, attributes)])];
