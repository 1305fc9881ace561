import { clipByGlobalNormOp, clippingScale } from '../../optimizers/clipByGlobalNorm.js';
import { WORD } from './products.js';
import { simdKernel } from './simdKernel.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

export const clipByGlobalNormKernels = [
  // g' = g · min(1, maxNorm / (n + 1e-6)), n = √(Σ g²), summed in float64: less work than sharing it out would be
  simdKernel(clipByGlobalNormOp, (machine, inputs, { maxNorm }) => {
    const gradients = Object.values(inputs);
    // Results first: a memory that grows makes views of it old.
    const results = gradients.map(({ shape }) => machine.makeResult(...shape));
    const result = machine.makeResult();
    let squares = 0;
    for (const { shape, at } of gradients) {
      const values = machine.memory.floats(at, sizeOf(shape));
      for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
    }
    const norm = Math.sqrt(squares);
    const scale = clippingScale(norm, maxNorm);
    gradients.forEach(({ shape, at }, n) => {
      if (scale === 1) {
        machine.memory.copy(at, results[n]!.at, sizeOf(shape) * WORD);
        return;
      }
      const from = machine.memory.floats(at, sizeOf(shape));
      const to = machine.memory.floats(results[n]!.at, from.length);
      for (let i = 0; i < from.length; i++) to[i] = from[i]! * scale;
    });
    machine.memory.floats(result.at, 1)[0] = norm;
    return [...results, result];
  }),
];
