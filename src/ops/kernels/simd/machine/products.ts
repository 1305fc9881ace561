import type { KernelMachine, Resident } from './KernelMachine.js';
import { WORD } from './KernelMemory.js';

/**
 * The number of rows of a product per task: few enough to give every thread work, and enough to make reading a panel
 * worthwhile.
 */
const ROWS = 32;

/** The same for a product with a transposed left factor: a multiple of the six rows of a tile. */
const TRANSPOSED_ROWS = 48;

/** The working memory of a task of such a product, in bytes: `TERMS` · `ROWS` of assembly/products.ts. */
const SCRATCH = 256 * 6 * WORD;

/** From this number of rows on, a product with a transposed left factor packs its right factor before. */
const PACKED_ROWS = 32;

/** The number of values that a task packs. */
const PACKED = 1 << 13;

/** The number of tasks for some items. */
export const tasksFor = (items: number, perTask: number): number => Math.max(1, Math.ceil(items / perTask));

/** The size of a matrix in panels, in bytes. */
const panelBytes = (panel: number, rows: number, columns: number): number =>
  Math.ceil(columns / panel) * panel * rows * WORD;

/** The values of a weight in panels, as the right factor of products. They are cached until the weight changes. */
export interface Panels {
  readonly at: number;
  /** The inner dimension of the products, and the number of their columns. */
  readonly k: number;
  readonly n: number;
}

/** Packs a matrix of `rows`·`columns` values, of which element (i, j) is at from + i·rowStep + j·columnStep. */
const pack = (
  machine: KernelMachine,
  from: number,
  rowStep: number,
  columnStep: number,
  rows: number,
  columns: number,
  to: number,
): void => {
  const panels = Math.max(1, Math.floor(PACKED / (rows * machine.panel)));
  machine.threads.run('packPanels', tasksFor(columns, panels * machine.panel), {
    from,
    rowStep,
    columnStep,
    rows,
    columns,
    to,
    panels,
  });
};

/** A weight of shape [O, I] as the right factor: transposed for x·Wᵀ, not transposed for dy·W. */
export const panelsOf = (machine: KernelMachine, weight: Resident, transposed: boolean): Panels => {
  const [outputs, inputs] = weight.shape as [number, number];
  const [k, n] = transposed ? [inputs, outputs] : [outputs, inputs];
  const build = (to: number): void =>
    pack(machine, weight.at, transposed ? 1 : inputs, transposed ? inputs : 1, k, n, to);
  // The name is the inner dimension, which distinguishes a weight from its reshape; negative if not transposed.
  return { at: machine.derived.get(transposed ? k : -k, [weight.id!], panelBytes(machine.panel, k, n), build), k, n };
};

/** c = a·b + bias, with m consecutive rows of a; `bias` is 0 for none. */
export const multiply = (
  machine: KernelMachine,
  a: number,
  m: number,
  { at: panels, k, n }: Panels,
  bias: number,
  c: number,
): void => {
  if (m > 0)
    machine.threads.run('product', tasksFor(m, ROWS), { a, aStep: k, panels, c, cStep: n, m, n, k, bias, rows: ROWS });
};

/** c = aᵀ·b, with k rows of m and of n values. */
export const multiplyTransposed = (
  machine: KernelMachine,
  a: number,
  m: number,
  b: number,
  n: number,
  k: number,
  c: number,
): void =>
  machine.memory.borrow((take) => {
    const { panel } = machine;
    const tasks = tasksFor(m, TRANSPOSED_ROWS);
    const packs = m >= PACKED_ROWS;
    const right = packs ? take(panelBytes(panel, k, n)) : b;
    if (packs) pack(machine, b, n, 1, k, n, right);
    machine.threads.run('transposedProduct', tasks, {
      a,
      aStep: m,
      b: right,
      bStep: packs ? panel : n,
      bPanel: packs ? panel * k : panel,
      c,
      cStep: n,
      m,
      n,
      k,
      rows: TRANSPOSED_ROWS,
      scratch: take(tasks * SCRATCH),
    });
  });

/** to = the sum of `count` rows of `width` values. */
export const sumRows = (machine: KernelMachine, from: number, count: number, width: number, to: number): void =>
  machine.threads.run('sumRows', tasksFor(width, 128), { from, count, width, to, columns: 128 });

/** Rows of a matrix by index, one after the other. */
export const gatherRows = (
  machine: KernelMachine,
  from: number,
  index: number,
  count: number,
  width: number,
  to: number,
): void => machine.threads.run('gatherRows', tasksFor(count, 128), { from, index, count, width, to, rows: 128 });

/** Adds rows to the rows of a matrix by index. Rows with a negative index are skipped. */
export const scatterRows = (
  machine: KernelMachine,
  from: number,
  index: number,
  count: number,
  width: number,
  to: number,
): void => machine.threads.run('scatterRows', tasksFor(count, 128), { from, index, count, width, to, rows: 128 });

/** to[g] = the sum of the rows of group g, in their order. */
export const sumGroups = (
  machine: KernelMachine,
  from: number,
  members: number,
  starts: number,
  groups: number,
  width: number,
  to: number,
): void =>
  machine.threads.run('sumGroups', tasksFor(groups, 64), { from, members, starts, groups, width, to, rows: 64 });

/** Fills a block with zeros. */
export const fillZeros = (machine: KernelMachine, to: number, bytes: number): void => {
  const part = 1 << 18;
  machine.threads.run('fill', tasksFor(bytes, part), { to, bytes, part });
};
