import { describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import type { StateDict } from '../../../src/contracts/models/StateDict.js';
import { RowAdagrad } from '../../../src/ops/optimizers/RowAdagrad.js';
import { RowAdam } from '../../../src/ops/optimizers/RowAdam.js';
import { rowKernels } from '../../../src/ops/kernels/simd/rowKernels.js';
import { OWN_MEMORY } from '../../../src/ops/sparse/internal/RowMemory.js';
import { RowTable } from '../../../src/ops/sparse/RowTable.js';

describe.each([
  ['plain TypeScript', () => OWN_MEMORY],
  ['vector instructions', rowKernels],
] as const)('RowTable by %s', (_, memory) => {
  it('gives each row once, in the order of their first ids, and zeros for those never touched', () => {
    const table = new RowTable({ rows: 10, width: 2 }, memory());
    new RowAdagrad(table).step(Int32Array.of(7), Float32Array.of(1, -1), 0.5);
    const found = table.lookUp(Int32Array.of(3, 7, 3, 0), { without: 0 });
    expect([...found.ids]).toEqual([3, 7]);
    expect([...found.places]).toEqual([0, 1, 0, -1]);
    expect([...found.values]).toEqual([0, 0, -0.5, 0.5]);
    expect(table.touched).toBe(1);
    expect([...table.lookUp(Int32Array.of(7)).places]).toEqual([0]);
  });

  it('keeps rows apart over many chunks', () => {
    const table = new RowTable({ rows: 2 ** 20, width: 77 }, memory());
    const ids = Int32Array.from({ length: 3000 }, (_, i) => (i * 7919) % 2 ** 20);
    const values = Float32Array.from(
      { length: 3000 * 77 },
      (_, i) => (i % 2 === 0 ? -1 : 1) * (1 + Math.floor(i / 77)),
    );
    // One step of Adagrad goes by the gradient's sign alone, so the rows are told apart by the rate.
    const adagrad = new RowAdagrad(table);
    ids.forEach((id, row) => adagrad.step(Int32Array.of(id), values.subarray(row * 77, (row + 1) * 77), row + 1));
    expect(table.lookUp(ids).values).toEqual(values.map((value) => -value));
    expect(table.touched).toBe(3000);
  });

  it('is the same again from its state, and goes on alike', () => {
    const dice = random(3, 'test');
    const ids = (): Int32Array => Int32Array.from(new Set(Array.from({ length: 40 }, () => dice.below(500))));
    const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => dice.uniform() - 0.5);
    for (const Optimizer of [RowAdam, RowAdagrad]) {
      const table = new RowTable({ rows: 500, width: 3 }, memory());
      const optimizer = new Optimizer(table);
      for (let step = 0; step < 5; step++) {
        const touched = ids();
        optimizer.step(touched, draw(touched.length * 3), 0.1);
      }
      const again = new RowTable({ rows: 500, width: 3 }, memory());
      const resumed = new Optimizer(again);
      again.loadStateDict(table.stateDict());
      resumed.loadStateDict(optimizer.stateDict());
      for (let step = 0; step < 5; step++) {
        const touched = ids();
        const gradient = draw(touched.length * 3);
        optimizer.step(touched, gradient, 0.1);
        resumed.step(touched, gradient, 0.1);
      }
      expect(again.stateDict()).toEqual(table.stateDict());
      expect(resumed.stateDict()).toEqual(optimizer.stateDict());
    }
  });

  it('holds what was touched alone: 77 classes, 50,000 of a million rows, in less than 50 MB', () => {
    const before = process.memoryUsage().arrayBuffers;
    const table = new RowTable({ rows: 2 ** 20, width: 77 });
    const adagrad = new RowAdagrad(table);
    for (let row = 0; row < 50_000; row += 1000) {
      const ids = Int32Array.from({ length: 1000 }, (_, i) => (row + i) * 20);
      adagrad.step(ids, new Float32Array(77_000).fill(1), 0.1);
    }
    globalThis.gc?.();
    const held = [table.store.length, table.touched];
    expect(held).toEqual([50_000, 50_000]);
    // Two values a weight of a touched row, and two whole numbers a possible row; what is garbage is counted too.
    expect(50_000 * 77 * 8 + 2 ** 20 * 8).toBeLessThan(50e6);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150e6);
  });

  it.each([
    ['a row twice', { rows: [1, 1], values: [1, 2] }, /twice/],
    ['a row that there is not', { rows: [1, 10], values: [1, 2] }, /row 10/],
    ['a fraction', { rows: [1, 1.5], values: [1, 2] }, /row 1\.5/],
    ['fewer values than rows', { rows: [1, 2], values: [1] }, /"values" should be of shape \[2, 1\]/],
    ['no rows', { values: [1] }, /"rows" should be .* missing/],
  ])('refuses a state with %s, and stays as it was', (_, entries, message) => {
    const table = new RowTable({ rows: 10, width: 1 });
    new RowAdagrad(table).step(Int32Array.of(4), Float32Array.of(1), 0.5);
    const before = table.stateDict();
    const state: StateDict = new Map(
      Object.entries(entries).map(([name, values]) => [
        name,
        { shape: name === 'rows' ? [values.length] : [values.length, 1], data: Float32Array.from(values) },
      ]),
    );
    const misuse = (): void => table.loadStateDict(state);
    expect(misuse).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    expect(misuse).toThrow(message);
    expect(table.stateDict()).toEqual(before);
  });

  it('refuses rows that it cannot have', () => {
    for (const size of [
      { rows: 0, width: 1 },
      { rows: 2 ** 25, width: 1 },
      { rows: 1.5, width: 1 },
      { rows: 1, width: 0 },
    ])
      expect(() => new RowTable(size)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    const table = new RowTable({ rows: 10, width: 1 });
    expect(() => table.lookUp(Int32Array.of(10))).toThrow(/row 10/);
    expect(() => table.lookUp(Int32Array.of(-1))).toThrow(/row -1/);
    expect(() => table.find(Int32Array.of(10))).toThrow(/row 10/);
    expect(() => table.touch(Int32Array.of(3, 10))).toThrow(/row 10/);
    expect(table.touched).toBe(0);
  });
});
