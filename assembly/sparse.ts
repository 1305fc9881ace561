import { at, madd, store } from './simd';

/** Arguments of {@link sparseProduct}. */
@unmanaged
export class SparseProduct {
  /** int32 [M + 1]: the offset of the first entry of each row. */
  starts: usize;
  /** int32 [N]: the row of `b` of each entry. */
  index: usize;
  /** [N]: the value of each entry. */
  values: usize;
  /** Rows of n values. */
  b: usize;
  /** The start values of each row of the result, [M, n], or 0 for zeros. */
  base: usize;
  /** The result, [M, n]. */
  c: usize;
  m: i32;
  n: i32;
  /** The number of rows of the result per task. */
  rows: i32;
}

/** c[i] = base[i] + Σ values[e]·b[index[e]] over the entries e of row i, in their order. */
export function sparseProduct(p: SparseProduct, task: i32): void {
  const last = min((task + 1) * p.rows, p.m);
  const n = p.n;
  for (let i = task * p.rows; i < last; i++) {
    const first = load<i32>(at(p.starts, i));
    const end = load<i32>(at(p.starts, i + 1));
    let j = 0;
    // Sixteen columns at a time, since their sums are independent of each other.
    for (; j + 16 <= n; j += 16) {
      const from = p.base == 0 ? 0 : at(p.base, i * n + j);
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      if (from != 0) {
        s0 = v128.load(from); s1 = v128.load(from, 16); s2 = v128.load(from, 32); s3 = v128.load(from, 48);
      }
      for (let e = first; e < end; e++) {
        const x = v128.load32_splat(at(p.values, e));
        const b = at(p.b, load<i32>(at(p.index, e)) * n + j);
        s0 = madd(x, v128.load(b), s0); s1 = madd(x, v128.load(b, 16), s1);
        s2 = madd(x, v128.load(b, 32), s2); s3 = madd(x, v128.load(b, 48), s3);
      }
      const to = at(p.c, i * n + j);
      v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    }
    for (; j < n; j += 4) {
      let s = p.base == 0 ? f32x4.splat(0) : v128.load(at(p.base, i * n + j));
      for (let e = first; e < end; e++) {
        s = madd(v128.load32_splat(at(p.values, e)), v128.load(at(p.b, load<i32>(at(p.index, e)) * n + j)), s);
      }
      store(at(p.c, i * n + j), s, n - j);
    }
  }
}

/** Arguments of {@link transposeRows}. */
@unmanaged
export class SparseTranspose {
  /** int32 [M + 1]: the offset of the first entry of each row. */
  starts: usize;
  /** int32 [N]: the column of each entry. */
  index: usize;
  /** [N]: the value of each entry. */
  values: usize;
  m: i32;
  columns: i32;
  /** int32 [columns + 2]: the offset of the first entry of each column; the last is working memory. */
  columnStarts: usize;
  /** int32 [N]: the row of each entry, grouped by column and rising within a column. */
  rows: usize;
  /** [N]: the value of each entry in that order. */
  moved: usize;
}

/** The transpose of sparse rows. It is a single task. */
export function transposeRows(t: SparseTranspose): void {
  const columns = t.columns;
  const count = load<i32>(at(t.starts, t.m));
  memory.fill(t.columnStarts, 0, <usize>(columns + 2) << 2);
  for (let e = 0; e < count; e++) {
    const to = at(t.columnStarts, load<i32>(at(t.index, e)) + 2);
    i32.store(to, load<i32>(to) + 1);
  }
  // The offset of each column is stored one place late. The loop below increments it up to the offset of the next
  // column.
  for (let c = 2; c <= columns; c++) {
    i32.store(at(t.columnStarts, c), load<i32>(at(t.columnStarts, c)) + load<i32>(at(t.columnStarts, c - 1)));
  }
  for (let row = 0; row < t.m; row++) {
    const end = load<i32>(at(t.starts, row + 1));
    for (let e = load<i32>(at(t.starts, row)); e < end; e++) {
      const next = at(t.columnStarts, load<i32>(at(t.index, e)) + 1);
      const to = load<i32>(next);
      i32.store(at(t.rows, to), row);
      f32.store(at(t.moved, to), f32.load(at(t.values, e)));
      i32.store(next, to + 1);
    }
  }
}
