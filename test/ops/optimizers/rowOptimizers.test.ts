import { describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { RowAdagrad } from '../../../src/ops/optimizers/RowAdagrad.js';
import { RowAdam } from '../../../src/ops/optimizers/RowAdam.js';
import { rowKernels } from '../../../src/ops/kernels/simd/rowKernels.js';
import { OWN_MEMORY } from '../../../src/ops/sparse/internal/RowMemory.js';
import { RowTable } from '../../../src/ops/sparse/RowTable.js';
import { expectClose } from '../../expectClose.js';

const WIDTH = 3;
const ROWS = 12;

/** Some steps: the rows of each, and their gradients. */
const steps = (seed: number): readonly { readonly ids: Int32Array; readonly gradient: Float32Array }[] => {
  const dice = random(seed, 'test');
  return Array.from({ length: 30 }, () => {
    const ids = Int32Array.from(new Set(Array.from({ length: 4 }, () => dice.below(ROWS))));
    return { ids, gradient: Float32Array.from({ length: ids.length * WIDTH }, () => dice.uniform() * 2 - 1) };
  });
};

/** The memories that a table's rows may stand in. */
const MEMORIES = [
  ['plain TypeScript', () => OWN_MEMORY],
  ['vector instructions', rowKernels],
] as const;

const everyRow = Int32Array.from({ length: ROWS }, (_, row) => row);

describe.each(MEMORIES)('RowAdagrad by %s', (_, memory) => {
  it('makes the steps of the equations on the rows given, and leaves the others', () => {
    const table = new RowTable({ rows: ROWS, width: WIDTH }, memory());
    const adagrad = new RowAdagrad(table, { epsilon: 1e-3 });
    const [w, s] = [new Float64Array(ROWS * WIDTH), new Float64Array(ROWS * WIDTH)];
    for (const { ids, gradient } of steps(1)) {
      adagrad.step(ids, gradient, 0.1);
      ids.forEach((id, i) => {
        for (let j = 0; j < WIDTH; j++) {
          const [at, g] = [id * WIDTH + j, gradient[i * WIDTH + j]!];
          s[at]! += g * g;
          w[at]! -= (0.1 * g) / (Math.sqrt(s[at]!) + 1e-3);
        }
      });
      expectClose(table.lookUp(everyRow).values, w, 1e-5);
    }
  });
});

describe.each(MEMORIES)('RowAdam by %s', (_, memory) => {
  it('makes the steps of the equations on the rows given, and leaves the others with their moments', () => {
    const table = new RowTable({ rows: ROWS, width: WIDTH }, memory());
    const adam = new RowAdam(table, { beta1: 0.8, beta2: 0.95, epsilon: 1e-3 });
    const [w, m, v] = [0, 1, 2].map(() => new Float64Array(ROWS * WIDTH)) as [Float64Array, Float64Array, Float64Array];
    steps(2).forEach(({ ids, gradient }, n) => {
      adam.step(ids, gradient, 0.1);
      ids.forEach((id, i) => {
        for (let j = 0; j < WIDTH; j++) {
          const [at, g] = [id * WIDTH + j, gradient[i * WIDTH + j]!];
          m[at] = 0.8 * m[at]! + 0.2 * g;
          v[at] = 0.95 * v[at]! + 0.05 * g * g;
          w[at]! -= (0.1 * Math.sqrt(1 - 0.95 ** (n + 1)) * m[at]) / (1 - 0.8 ** (n + 1)) / (Math.sqrt(v[at]) + 1e-3);
        }
      });
      expectClose(table.lookUp(everyRow).values, w, 1e-5);
    });
  });
});

describe.each(
  MEMORIES.flatMap(([by, memory]) => [
    ['RowAdagrad', by, RowAdagrad, memory] as const,
    ['RowAdam', by, RowAdam, memory] as const,
  ]),
)('%s by %s', (name, _, Optimizer, memory) => {
  it('refuses what does not fit, and changes nothing', () => {
    const table = new RowTable({ rows: ROWS, width: WIDTH }, memory());
    const optimizer = new Optimizer(table);
    for (const [ids, values, rate] of [
      [[1], 2, 0.1],
      [[ROWS], 3, 0.1],
      [[-1], 3, 0.1],
      [[1], 3, NaN],
      [[1], 3, -1],
    ] as const) {
      const misuse = (): void => optimizer.step(Int32Array.from(ids), new Float32Array(values), rate);
      expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(misuse).toThrow(name);
    }
    expect(table.touched).toBe(0);
    expect(() => new Optimizer(table, { epsilon: 0 })).toThrow(/epsilon is 0/);
  });

  it('refuses the state of a table of other rows', () => {
    const table = new RowTable({ rows: ROWS, width: WIDTH }, memory());
    const optimizer = new Optimizer(table);
    const empty = optimizer.stateDict();
    optimizer.step(Int32Array.of(2), Float32Array.of(1, 2, 3), 0.1);
    const before = optimizer.stateDict();
    expect(() => optimizer.loadStateDict(empty)).toThrow(/\[1, 3\], but is \[0, 3\]/);
    expect(() => optimizer.loadStateDict(new Map())).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    expect(optimizer.stateDict()).toEqual(before);
  });
});
