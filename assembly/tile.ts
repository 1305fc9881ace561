import { F32, madd } from './simd';

/** The number of rows of a tile, and of the smaller tile for the rows that are left. */
export const ROWS: i32 = 6;
export const FEWER_ROWS: i32 = 4;

/** The size of the smaller tile in bytes. */
const TILE: usize = FEWER_ROWS * 16 * F32;

/**
 * The start of the tiles of all threads, after the constants, and their end, which is the end of the first page. That
 * page is never allocated.
 */
const BORDERS: usize = 16384;
const END: usize = 65536;

/**
 * The number of threads that have a tile, including the calling one: `MOST_THREADS` of
 * kernels/simd/machine/mostThreads.ts.
 */
export const MOST_THREADS: i32 = <i32>((END - BORDERS) / TILE);

/**
 * The address for a tile of this thread that is not stored as a whole. Every thread has its own instance of this
 * module, and so its own variable.
 */
let border: usize = BORDERS;

/** Sets the place of this thread for tiles at a border. The calling thread is number 0. */
export function useBorder(thread: i32): void {
  border = BORDERS + <usize>thread * TILE;
}

/** Whether a panel has sixteen columns instead of eight. */
const WIDE = PANEL == 16;

/**
 * Six rows by the columns of one panel of a product: c = from + Σ over k of a·b.
 *
 * The factors of row i start at a + i · betweenRows, with `nextA` bytes between terms. The columns of the other factor
 * are side by side, with `nextB` bytes between terms. All sums stay in registers: twelve of four lanes each, or twelve
 * pairs if the engine combines pairs into registers of eight lanes. With eight sums, a processor that starts two
 * multiply-adds a cycle and ends each after four would wait for them.
 */
// @ts-ignore: decorator
@inline
export function tile(
  a: usize,
  betweenRows: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  const a2 = a + 2 * betweenRows, a4 = a + 4 * betweenRows;
  sixRows(a, a + betweenRows, a2, a2 + betweenRows, a4, a4 + betweenRows, nextA, b, nextB, k, from, nextFrom, c, nextC);
}

function sixRows(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  multiplyTile(true, a0, a1, a2, a3, a4, a5, nextA, b, nextB, k, from, nextFrom, c, nextC);
}

/** The same for four rows. */
function fourRows(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  multiplyTile(false, a0, a1, a2, a3, 0, 0, nextA, b, nextB, k, from, nextFrom, c, nextC);
}

/** The body of both. `six` and `WIDE` are known to the compiler, which leaves out what does not apply. */
// @ts-ignore: decorator
@inline
function multiplyTile(
  six: bool,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  const none = i32x4.splat(0);
  let s00 = v128.load(from),
    s01 = v128.load(from, 16),
    s02 = WIDE ? v128.load(from, 32) : none,
    s03 = WIDE ? v128.load(from, 48) : none;
  from += nextFrom;
  let s10 = v128.load(from),
    s11 = v128.load(from, 16),
    s12 = WIDE ? v128.load(from, 32) : none,
    s13 = WIDE ? v128.load(from, 48) : none;
  from += nextFrom;
  let s20 = v128.load(from),
    s21 = v128.load(from, 16),
    s22 = WIDE ? v128.load(from, 32) : none,
    s23 = WIDE ? v128.load(from, 48) : none;
  from += nextFrom;
  let s30 = v128.load(from),
    s31 = v128.load(from, 16),
    s32 = WIDE ? v128.load(from, 32) : none,
    s33 = WIDE ? v128.load(from, 48) : none;
  if (six) from += nextFrom;
  let s40 = six ? v128.load(from) : none, s41 = six ? v128.load(from, 16) : none;
  let s42 = six && WIDE ? v128.load(from, 32) : none, s43 = six && WIDE ? v128.load(from, 48) : none;
  if (six) from += nextFrom;
  let s50 = six ? v128.load(from) : none, s51 = six ? v128.load(from, 16) : none;
  let s52 = six && WIDE ? v128.load(from, 32) : none, s53 = six && WIDE ? v128.load(from, 48) : none;
  for (const end = b + <usize>k * nextB; b < end; b += nextB) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16),
      b2 = WIDE ? v128.load(b, 32) : none,
      b3 = WIDE ? v128.load(b, 48) : none;
    let x = v128.load32_splat(a0);
    s00 = madd(x, b0, s00); s01 = madd(x, b1, s01);
    if (WIDE) { s02 = madd(x, b2, s02); s03 = madd(x, b3, s03); }
    x = v128.load32_splat(a1);
    s10 = madd(x, b0, s10); s11 = madd(x, b1, s11);
    if (WIDE) { s12 = madd(x, b2, s12); s13 = madd(x, b3, s13); }
    x = v128.load32_splat(a2);
    s20 = madd(x, b0, s20); s21 = madd(x, b1, s21);
    if (WIDE) { s22 = madd(x, b2, s22); s23 = madd(x, b3, s23); }
    x = v128.load32_splat(a3);
    s30 = madd(x, b0, s30); s31 = madd(x, b1, s31);
    if (WIDE) { s32 = madd(x, b2, s32); s33 = madd(x, b3, s33); }
    if (six) {
      x = v128.load32_splat(a4);
      s40 = madd(x, b0, s40); s41 = madd(x, b1, s41);
      if (WIDE) { s42 = madd(x, b2, s42); s43 = madd(x, b3, s43); }
      x = v128.load32_splat(a5);
      s50 = madd(x, b0, s50); s51 = madd(x, b1, s51);
      if (WIDE) { s52 = madd(x, b2, s52); s53 = madd(x, b3, s53); }
    }
    a0 += nextA; a1 += nextA; a2 += nextA; a3 += nextA;
    if (six) a4 += nextA;
    if (six) a5 += nextA;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  if (WIDE) { v128.store(c, s02, 32); v128.store(c, s03, 48); }
  c += nextC;
  v128.store(c, s10); v128.store(c, s11, 16);
  if (WIDE) { v128.store(c, s12, 32); v128.store(c, s13, 48); }
  c += nextC;
  v128.store(c, s20); v128.store(c, s21, 16);
  if (WIDE) { v128.store(c, s22, 32); v128.store(c, s23, 48); }
  c += nextC;
  v128.store(c, s30); v128.store(c, s31, 16);
  if (WIDE) { v128.store(c, s32, 32); v128.store(c, s33, 48); }
  if (six) {
    c += nextC;
    v128.store(c, s40); v128.store(c, s41, 16);
    if (WIDE) { v128.store(c, s42, 32); v128.store(c, s43, 48); }
    c += nextC;
    v128.store(c, s50); v128.store(c, s51, 16);
    if (WIDE) { v128.store(c, s52, 32); v128.store(c, s53, 48); }
  }
}

/**
 * Up to four rows of a tile, of which only the first `rows` by `columns` exist: c = from + Σ over k of a·b.
 *
 * For missing rows, the last existing row is computed again. A tile at a border is computed in a separate place, and
 * its existing part is copied.
 */
// @ts-ignore: decorator
@inline
export function tileWithin(
  rows: i32,
  columns: i32,
  a: usize,
  betweenRows: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  if (rows >= FEWER_ROWS && columns >= PANEL)
    fourRows(
      a,
      a + betweenRows,
      a + 2 * betweenRows,
      a + 3 * betweenRows,
      nextA,
      b,
      nextB,
      k,
      from,
      nextFrom,
      c,
      nextC,
    );
  else borderTile(rows, columns, a, betweenRows, nextA, b, nextB, k, from, nextFrom, c, nextC);
}

function borderTile(
  rows: i32,
  columns: i32,
  a: usize,
  betweenRows: usize,
  nextA: usize,
  b: usize,
  nextB: usize,
  k: i32,
  from: usize,
  nextFrom: usize,
  c: usize,
  nextC: usize,
): void {
  const next = PANEL * F32;
  const bytes = <usize>min(columns, PANEL) * F32;
  const last = min(rows, FEWER_ROWS) - 1;
  for (let i = 0; i <= last; i++) memory.copy(border + i * next, from + i * nextFrom, bytes);
  fourRows(
    a,
    a + <usize>min(1, last) * betweenRows,
    a + <usize>min(2, last) * betweenRows,
    a + <usize>min(3, last) * betweenRows,
    nextA,
    b,
    nextB,
    k,
    border,
    next,
    border,
    next,
  );
  for (let i = 0; i <= last; i++) memory.copy(c + i * nextC, border + i * next, bytes);
}
