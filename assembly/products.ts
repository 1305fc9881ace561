import { F32, at, madd, store } from './simd';

/** The columns of a panel: with tiles of 4 rows, eight sums stay in registers over the whole inner dimension. Ten or more would be spilled. */
const PANEL: i32 = 8;

/** The terms of one pass over a tile of {@link transposedProduct}: what it reads of both factors then stays in the first-level cache. */
const TERMS: i32 = 256;

/** Arguments of {@link packPanels}. */
@unmanaged
export class Packing {
  /** Element (i, j) stands at from + i·rowStep + j·columnStep. */
  from: usize;
  rowStep: i32;
  columnStep: i32;
  rows: i32;
  columns: i32;
  to: usize;
}

/** Copies eight columns of a matrix side by side, row after row, zeros where columns are missing: the order in which products read them. */
export function packPanels(p: Packing, panel: i32): void {
  const first = panel * PANEL;
  const width = p.columns - first;
  const to = at(p.to, first * p.rows);
  const from = at(p.from, first * p.columnStep);
  if (width >= PANEL && p.columnStep == 1) copyColumns(from, <usize>p.rowStep * F32, p.rows, to);
  else if (width >= PANEL && p.rowStep == 1) {
    transposeColumns(from, <usize>p.columnStep * F32, p.rows, to);
    transposeColumns(at(from, 4 * p.columnStep), <usize>p.columnStep * F32, p.rows, to + 16);
  } else {
    for (let i = 0; i < p.rows; i++) {
      for (let j = 0; j < PANEL; j++) f32.store(at(to, i * PANEL + j), j < width ? f32.load(at(from, i * p.rowStep + j * p.columnStep)) : 0);
    }
  }
}

/** Eight columns of a matrix whose rows stand one after the other. */
function copyColumns(from: usize, next: usize, rows: i32, to: usize): void {
  for (let i = 0; i < rows; i++, from += next, to += PANEL * F32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

/** Four columns of a matrix whose columns stand one after the other, `next` bytes apart: a transposition, four rows at a time. */
function transposeColumns(from: usize, next: usize, rows: i32, to: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4, from += 16, to += 4 * PANEL * F32) {
    const a = v128.load(from), b = v128.load(from + next), c = v128.load(from + 2 * next), d = v128.load(from + 3 * next);
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
  /** The left factor, m rows of k values, `aStep` from one row to the next. */
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
  /** What each row of the result starts from: n values, or 0 for zeros. */
  bias: usize;
  /** How many rows a task takes. */
  rows: i32;
}

/** c = a·b + bias, a block of rows a task. */
export function product(p: Product, task: i32): void {
  const first = task * p.rows;
  multiplyRows(at(p.a, first * p.aStep), p.aStep, p.panels, at(p.c, first * p.cStep), p.cStep, min(p.rows, p.m - first), p.n, p.k, p.bias, false);
}

/** c = a·b + bias, or c + a·b where it accumulates. */
export function multiplyRows(a: usize, aStep: i32, panels: usize, c: usize, cStep: i32, m: i32, n: i32, k: i32, bias: usize, accumulate: bool): void {
  const whole = m & ~3;
  const nextA = <usize>aStep * F32;
  const nextC = <usize>cStep * F32;
  if (whole > 0 || m - whole > 1) {
    for (let j = 0; j < n; j += PANEL) {
      const panel = at(panels, j * k);
      let rowA = a;
      let rowC = at(c, j);
      for (let i = 0; i < m - 1 || i < whole; i += 4, rowA += 4 * nextA, rowC += 4 * nextC) tile(rowA, nextA, panel, k, rowC, nextC, m - i, n - j, bias == 0 ? 0 : at(bias, j), accumulate);
    }
  }
  if (m - whole == 1) multiplyRow(at(a, whole * aStep), panels, at(c, whole * cStep), n, k, bias, accumulate);
}

/** Up to four rows by up to eight columns of a product. */
function tile(a: usize, nextA: usize, panel: usize, k: i32, c: usize, nextC: usize, rows: i32, columns: i32, bias: usize, accumulate: bool): void {
  // Rows that are not there are computed again from the last one that is, and not stored.
  let a0 = a;
  let a1 = rows > 1 ? a + nextA : a;
  let a2 = rows > 2 ? a + 2 * nextA : a1;
  let a3 = rows > 3 ? a + 3 * nextA : a2;
  const c1 = c + nextC;
  const c2 = c1 + nextC;
  const c3 = c2 + nextC;
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    if (rows > 1) { s10 = v128.load(c1); s11 = v128.load(c1, 16); }
    if (rows > 2) { s20 = v128.load(c2); s21 = v128.load(c2, 16); }
    if (rows > 3) { s30 = v128.load(c3); s31 = v128.load(c3, 16); }
  } else if (bias != 0) {
    s00 = s10 = s20 = s30 = v128.load(bias);
    s01 = s11 = s21 = s31 = v128.load(bias, 16);
  }
  for (const end = panel + (<usize>k << 5); panel < end; panel += 32) {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16);
    let x = v128.load32_splat(a0);
    s00 = madd(x, b0, s00); s01 = madd(x, b1, s01);
    x = v128.load32_splat(a1);
    s10 = madd(x, b0, s10); s11 = madd(x, b1, s11);
    x = v128.load32_splat(a2);
    s20 = madd(x, b0, s20); s21 = madd(x, b1, s21);
    x = v128.load32_splat(a3);
    s30 = madd(x, b0, s30); s31 = madd(x, b1, s31);
    a0 += F32; a1 += F32; a2 += F32; a3 += F32;
  }
  store(c, s00, columns); store(c + 16, s01, columns - 4);
  if (rows > 1) { store(c1, s10, columns); store(c1 + 16, s11, columns - 4); }
  if (rows > 2) { store(c2, s20, columns); store(c2 + 16, s21, columns - 4); }
  if (rows > 3) { store(c3, s30, columns); store(c3 + 16, s31, columns - 4); }
}

/** One row of a product, four panels at a time: a single row has no other way to keep eight sums going. */
function multiplyRow(a: usize, panels: usize, c: usize, n: i32, k: i32, bias: usize, accumulate: bool): void {
  const next = <usize>k << 5;
  const end = a + (<usize>k << 2);
  let j = 0;
  for (; j + 4 * PANEL <= n; j += 4 * PANEL) {
    const from = accumulate ? at(c, j) : bias == 0 ? 0 : at(bias, j);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0), s5 = f32x4.splat(0), s6 = f32x4.splat(0), s7 = f32x4.splat(0);
    if (from != 0) {
      s0 = v128.load(from); s1 = v128.load(from, 16); s2 = v128.load(from, 32); s3 = v128.load(from, 48);
      s4 = v128.load(from, 64); s5 = v128.load(from, 80); s6 = v128.load(from, 96); s7 = v128.load(from, 112);
    }
    let p0 = at(panels, j * k);
    let p1 = p0 + next, p2 = p1 + next, p3 = p2 + next;
    for (let q = a; q < end; q += F32) {
      const x = v128.load32_splat(q);
      s0 = madd(x, v128.load(p0), s0); s1 = madd(x, v128.load(p0, 16), s1);
      s2 = madd(x, v128.load(p1), s2); s3 = madd(x, v128.load(p1, 16), s3);
      s4 = madd(x, v128.load(p2), s4); s5 = madd(x, v128.load(p2, 16), s5);
      s6 = madd(x, v128.load(p3), s6); s7 = madd(x, v128.load(p3, 16), s7);
      p0 += 32; p1 += 32; p2 += 32; p3 += 32;
    }
    const to = at(c, j);
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    v128.store(to, s4, 64); v128.store(to, s5, 80); v128.store(to, s6, 96); v128.store(to, s7, 112);
  }
  for (; j < n; j += PANEL) tile(a, 0, at(panels, j * k), k, at(c, j), 0, 1, n - j, bias == 0 ? 0 : at(bias, j), accumulate);
}

/** Arguments of {@link transposedProduct}. */
@unmanaged
export class TransposedProduct {
  /** k rows of m values, `aStep` from one to the next. */
  a: usize;
  aStep: i32;
  /** k rows of n values. */
  b: usize;
  bStep: i32;
  /** The result, m×n. */
  c: usize;
  cStep: i32;
  m: i32;
  n: i32;
  k: i32;
  /** How many rows of the result a task takes: a multiple of four. */
  rows: i32;
}

/** c = aᵀ·b, a block of the result's rows a task: each element is summed by one thread, in the order of k. */
export function transposedProduct(p: TransposedProduct, task: i32): void {
  const first = task * p.rows;
  const last = min(first + p.rows, p.m);
  if (p.k == 0) {
    for (let i = first; i < last; i++) memory.fill(at(p.c, i * p.cStep), 0, <usize>p.n << 2);
    return;
  }
  for (let from = 0; from < p.k; from += TERMS) {
    const terms = min(TERMS, p.k - from);
    const a = at(p.a, from * p.aStep);
    const b = at(p.b, from * p.bStep);
    for (let j = 0; j < p.n; j += PANEL) {
      for (let i = first; i < last; i += 4) transposedTile(at(a, i), <usize>p.aStep * F32, at(b, j), <usize>p.bStep * F32, terms, at(p.c, i * p.cStep + j), <usize>p.cStep * F32, last - i, p.n - j, from > 0);
    }
  }
}

function transposedTile(a: usize, nextA: usize, b: usize, nextB: usize, k: i32, c: usize, nextC: usize, rows: i32, columns: i32, accumulate: bool): void {
  const c1 = c + nextC;
  const c2 = c1 + nextC;
  const c3 = c2 + nextC;
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    if (rows > 1) { s10 = v128.load(c1); s11 = v128.load(c1, 16); }
    if (rows > 2) { s20 = v128.load(c2); s21 = v128.load(c2, 16); }
    if (rows > 3) { s30 = v128.load(c3); s31 = v128.load(c3, 16); }
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(x, b0, s00); s01 = madd(x, b1, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(x, b0, s10); s11 = madd(x, b1, s11);
    x = v128.load32_splat(a, 8);
    s20 = madd(x, b0, s20); s21 = madd(x, b1, s21);
    x = v128.load32_splat(a, 12);
    s30 = madd(x, b0, s30); s31 = madd(x, b1, s31);
    a += nextA;
    b += nextB;
  }
  store(c, s00, columns); store(c + 16, s01, columns - 4);
  if (rows > 1) { store(c1, s10, columns); store(c1 + 16, s11, columns - 4); }
  if (rows > 2) { store(c2, s20, columns); store(c2 + 16, s21, columns - 4); }
  if (rows > 3) { store(c3, s30, columns); store(c3 + 16, s31, columns - 4); }
}
