import { clipByGlobalNormOp, clippingScale } from '../../optimizers/clipByGlobalNorm.js';
import { WORD } from './machine/KernelMemory.js';
import { tasksFor } from './machine/products.js';
import { simdKernel } from './machine/simdKernel.js';

/** The number of values per task. */
const PART = 1 << 14;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

export const clipByGlobalNormKernels = [
  // g' = g · min(1, maxNorm / (n + 1e-6)), n = √(Σ g²), summed in float64
  simdKernel(clipByGlobalNormOp, (machine, inputs, { maxNorm }) => {
    const gradients = Object.values(inputs);
    const results = gradients.map(({ shape }) => machine.makeResult(...shape));
    const result = machine.makeResult();
    let squares = 0;
    for (const { shape, at } of gradients) {
      const count = sizeOf(shape);
      const tasks = tasksFor(count, PART);
      machine.memory.borrow((take) => {
        const sums = take(2 * tasks * WORD);
        machine.threads.run('sumSquares', tasks, { from: at, count, part: PART, to: sums });
        for (const sum of machine.memory.doubles(sums, tasks)) squares += sum;
      });
    }
    const norm = Math.sqrt(squares);
    const scale = clippingScale(norm, maxNorm);
    gradients.forEach(({ shape, at }, n) => {
      const to = results[n]!.at;
      const count = sizeOf(shape);
      if (scale === 1) machine.memory.copy(at, to, count * WORD);
      else machine.threads.run('scale', tasksFor(count, PART), { from: at, to, count, part: PART, scale });
    });
    machine.memory.floats(result.at, 1)[0] = norm;
    return [...results, result];
  }),
];
