import { F32, at, madd } from './simd';
import { FEWER_ROWS, ROWS, tile, tileWithin } from './tile';

/**
 * The number of terms of one pass over a tile of {@link transposedProduct}: `TERMS` of
 * src/ops/kernels/simd/machine/products.ts. The parts of both factors that it reads then stay in the first-level cache.
 */
const TERMS: i32 = 256;

/** The start values of a row of a product without bias. */
const ZEROS = memory.data(PANEL * 4, 16);

/** Arguments of {@link packPanels}. */
@unmanaged
export class Packing {
  /** Element (i, j) is at from + i·rowStep + j·columnStep. */
  from: usize;
  rowStep: i32;
  columnStep: i32;
  rows: i32;
  columns: i32;
  to: usize;
  /** The number of panels per task. */
  panels: i32;
}

/**
 * Copies the columns of a panel side by side, row after row, with zeros for missing columns. Products read them in this
 * order.
 */
export function packPanels(p: Packing, task: i32): void {
  const end = min((task + 1) * p.panels, (p.columns + PANEL - 1) / PANEL);
  for (let panel = task * p.panels; panel < end; panel++) packPanel(p, panel);
}

function packPanel(p: Packing, panel: i32): void {
  const first = panel * PANEL;
  const width = p.columns - first;
  const to = at(p.to, first * p.rows);
  const from = at(p.from, first * p.columnStep);
  if (width >= PANEL && p.columnStep == 1) copyColumns(from, <usize>p.rowStep * F32, p.rows, to);
  else if (width >= PANEL && p.rowStep == 1) {
    for (let j = 0; j < PANEL; j += 4)
      transposeColumns(at(from, j * p.columnStep), <usize>p.columnStep * F32, p.rows, at(to, j));
  } else {
    for (let i = 0; i < p.rows; i++) {
      for (let j = 0; j < PANEL; j++)
        f32.store(at(to, i * PANEL + j), j < width ? f32.load(at(from, i * p.rowStep + j * p.columnStep)) : 0);
    }
  }
}

/** Copies the columns of a panel from a row-major matrix. */
function copyColumns(from: usize, next: usize, rows: i32, to: usize): void {
  for (let i = 0; i < rows; i++, from += next) {
    for (let j = 0; j < PANEL; j += 4, to += 16) v128.store(to, v128.load(at(from, j)));
  }
}

/** Copies four columns of a column-major matrix, which are `next` bytes apart: a transposition, four rows at a time. */
function transposeColumns(from: usize, next: usize, rows: i32, to: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4, from += 16, to += 4 * PANEL * F32) {
    const a = v128.load(from),
      b = v128.load(from + next),
      c = v128.load(from + 2 * next),
      d = v128.load(from + 3 * next);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
    v128.store(to + PANEL * F32, v128.shuffle<f64>(ab0, cd0, 1, 3));
    v128.store(to + 2 * PANEL * F32, v128.shuffle<f64>(ab2, cd2, 0, 2));
    v128.store(to + 3 * PANEL * F32, v128.shuffle<f64>(ab2, cd2, 1, 3));
  }
  for (; i < rows; i++, from += F32, to += PANEL * F32) {
    for (let j: usize = 0; j < 4; j++) f32.store(to + j * F32, f32.load(from + j * next));
  }
}

/** Arguments of {@link product}. */
@unmanaged
export class Product {
  /** The left factor, m rows of k values, with the distance `aStep` between rows. */
  a: usize;
  aStep: i32;
  /** The right factor, k×n, in panels. */
  panels: usize;
  /** The result, m×n. */
  c: usize;
  cStep: i32;
  m: i32;
  n: i32;
  k: i32;
  /** The start values of each row of the result: n values, or 0 for zeros. */
  bias: usize;
  /** The number of rows per task. */
  rows: i32;
}

/** c = a·b + bias, one block of rows per task. */
export function product(p: Product, task: i32): void {
  const first = task * p.rows;
  multiplyRows(
    at(p.a, first * p.aStep),
    p.aStep,
    p.panels,
    at(p.c, first * p.cStep),
    p.cStep,
    min(p.rows, p.m - first),
    p.n,
    p.k,
    p.bias,
    false,
  );
}

/**
 * The number of rows that tiles of six compute, of `rows`: all but a rest of at most five rows, or of eight, which are
 * two smaller tiles.
 */
// @ts-ignore: decorator
@inline
function rowsOfTiles(rows: i32): i32 {
  const rest = rows % ROWS;
  return rest == 2 && rows >= ROWS ? rows - rest - ROWS : rows - rest;
}

/** c = a·b + bias, or c = c + a·b if `accumulate` is true. */
export function multiplyRows(
  a: usize,
  aStep: i32,
  panels: usize,
  c: usize,
  cStep: i32,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  accumulate: bool,
): void {
  // A single row at the end has a separate loop, which reads 32 columns at a time.
  const whole = rowsOfTiles(m);
  const alone = (m - whole) % FEWER_ROWS == 1;
  const tiled = alone ? m - 1 : m;
  const nextA = <usize>aStep * F32;
  const nextC = <usize>cStep * F32;
  for (let j = 0; tiled > 0 && j < n; j += PANEL) {
    const panel = at(panels, j * k);
    const start = bias == 0 ? ZEROS : at(bias, j);
    const nextFrom = accumulate ? nextC : 0;
    let rowA = a;
    let rowC = at(c, j);
    let i = 0;
    if (n - j >= PANEL) {
      for (; i < whole; i += ROWS, rowA += <usize>ROWS * nextA, rowC += <usize>ROWS * nextC) {
        tile(rowA, nextA, F32, panel, PANEL * F32, k, accumulate ? rowC : start, nextFrom, rowC, nextC);
      }
    }
    for (; i < tiled; i += FEWER_ROWS, rowA += <usize>FEWER_ROWS * nextA, rowC += <usize>FEWER_ROWS * nextC) {
      tileWithin(
        tiled - i,
        n - j,
        rowA,
        nextA,
        F32,
        panel,
        PANEL * F32,
        k,
        accumulate ? rowC : start,
        nextFrom,
        rowC,
        nextC,
      );
    }
  }
  if (alone) multiplyRow(at(a, tiled * aStep), panels, at(c, tiled * cStep), n, k, bias, accumulate);
}

/** One row of a product, 32 columns at a time. A single row has no other way to compute eight sums in parallel. */
function multiplyRow(a: usize, panels: usize, c: usize, n: i32, k: i32, bias: usize, accumulate: bool): void {
  // The offsets of four groups of eight columns. With panels of sixteen columns, the second and the fourth group start
  // in the middle of a panel.
  const next = <usize>k * PANEL * F32;
  const second = PANEL == 16 ? 32 : next;
  const third = PANEL == 16 ? next : 2 * next;
  const end = a + (<usize>k << 2);
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    const from = accumulate ? at(c, j) : bias == 0 ? 0 : at(bias, j);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0), s5 = f32x4.splat(0), s6 = f32x4.splat(0), s7 = f32x4.splat(0);
    if (from != 0) {
      s0 = v128.load(from); s1 = v128.load(from, 16); s2 = v128.load(from, 32); s3 = v128.load(from, 48);
      s4 = v128.load(from, 64); s5 = v128.load(from, 80); s6 = v128.load(from, 96); s7 = v128.load(from, 112);
    }
    let p0 = at(panels, j * k);
    let p1 = p0 + second, p2 = p0 + third, p3 = p2 + second;
    for (let q = a; q < end; q += F32) {
      const x = v128.load32_splat(q);
      s0 = madd(x, v128.load(p0), s0); s1 = madd(x, v128.load(p0, 16), s1);
      s2 = madd(x, v128.load(p1), s2); s3 = madd(x, v128.load(p1, 16), s3);
      s4 = madd(x, v128.load(p2), s4); s5 = madd(x, v128.load(p2, 16), s5);
      s6 = madd(x, v128.load(p3), s6); s7 = madd(x, v128.load(p3, 16), s7);
      p0 += PANEL * F32; p1 += PANEL * F32; p2 += PANEL * F32; p3 += PANEL * F32;
    }
    const to = at(c, j);
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    v128.store(to, s4, 64); v128.store(to, s5, 80); v128.store(to, s6, 96); v128.store(to, s7, 112);
  }
  for (; j < n; j += PANEL) {
    const from = accumulate ? at(c, j) : bias == 0 ? ZEROS : at(bias, j);
    tileWithin(1, n - j, a, 0, F32, at(panels, j * k), PANEL * F32, k, from, 0, at(c, j), 0);
  }
}

/** Arguments of {@link transposedProduct}. */
@unmanaged
export class TransposedProduct {
  /** k rows of m values, with the distance `aStep` between rows. */
  a: usize;
  aStep: i32;
  /** k rows of n values, with the distances `bStep` between rows and `bPanel` between panels. */
  b: usize;
  bStep: i32;
  bPanel: i32;
  /** The result, m×n. */
  c: usize;
  cStep: i32;
  m: i32;
  n: i32;
  k: i32;
  /** The number of rows of the result per task. */
  rows: i32;
  /** Working memory of {@link TERMS} · {@link ROWS} values per task. */
  scratch: usize;
}

/**
 * Copies the factors of a tile to adjacent places, `terms` rows of six values. In the rows of the matrix they are so
 * far apart that the first-level cache cannot hold them.
 */
function packTile(a: usize, nextA: usize, terms: i32, to: usize): void {
  for (let i = 0; i < terms; i++, a += nextA, to += ROWS * F32) {
    v128.store(to, v128.load(a));
    i64.store(to, i64.load(a, 16), 16);
  }
}

/** c = aᵀ·b, one block of rows of the result per task. Each element is summed by one thread, in the order of k. */
export function transposedProduct(p: TransposedProduct, task: i32): void {
  const first = task * p.rows;
  const last = min(first + p.rows, p.m);
  if (p.k == 0) {
    for (let i = first; i < last; i++) memory.fill(at(p.c, i * p.cStep), 0, <usize>p.n << 2);
    return;
  }
  const nextA = <usize>p.aStep * F32;
  const nextB = <usize>p.bStep * F32;
  const nextC = <usize>p.cStep * F32;
  const packed = at(p.scratch, task * TERMS * ROWS);
  for (let from = 0; from < p.k; from += TERMS) {
    const terms = min(TERMS, p.k - from);
    const b = at(p.b, from * p.bStep);
    const nextFrom = from == 0 ? 0 : nextC;
    for (let i = first; i < last; i += ROWS) {
      packTile(at(p.a, from * p.aStep + i), nextA, terms, packed);
      const rows = last - i;
      const c = at(p.c, i * p.cStep);
      let j = 0;
      if (rows >= ROWS) {
        for (; j + PANEL <= p.n; j += PANEL) {
          const to = at(c, j);
          tile(
            packed,
            F32,
            ROWS * F32,
            at(b, (j / PANEL) * p.bPanel),
            nextB,
            terms,
            from == 0 ? ZEROS : to,
            nextFrom,
            to,
            nextC,
          );
        }
      }
      for (; j < p.n; j += PANEL) {
        const ofPanel = at(b, (j / PANEL) * p.bPanel);
        for (let part = 0; part < min(rows, ROWS); part += FEWER_ROWS) {
          const to = at(c, part * p.cStep + j);
          tileWithin(
            min(rows, ROWS) - part,
            p.n - j,
            at(packed, part),
            F32,
            ROWS * F32,
            ofPanel,
            nextB,
            terms,
            from == 0 ? ZEROS : to,
            nextFrom,
            to,
            nextC,
          );
        }
      }
    }
  }
}
