/**
 * The kernels of the linear model: products of sparse rows with rows of a table, and optimizer steps of these rows. The
 * kernels for the tables of other models are in touchedRows.ts.
 *
 * It is compiled to a separate module. All operations are plain float32 products and sums in a fixed order, so every
 * engine gives the same bits, and the implementation in plain TypeScript too. {@link locate} finds the addresses of the
 * rows of the table. Each row has room for whole vectors; the values past its end are zero and stay zero.
 */
import { at } from './simd';

export { adagradRows, adamRows, distinct, gather } from './touchedRows';

/**
 * The index of the first id that is not a row, or `count`. As unsigned integers, negative ids are larger than all rows.
 */
export function firstBeyond(ids: usize, count: i32, rows: u32): i32 {
  for (let i = 0; i < count; i++) if (load<u32>(at(ids, i)) >= rows) return i;
  return count;
}

/**
 * Finds the addresses of some rows; 0 for a row that is not held.
 *
 * @param ids int32 [count]
 * @param slots int32 [rows, 2]: the first number of each row is its place in the store, from 1, or 0 if it is not held
 * @param chunks int32: the address of each chunk of the store
 * @param shift a chunk has 2^shift rows
 * @param stride the distance between two rows, in bytes
 * @param past whether to continue after a row that is not held
 * @param to int32 [count]: the addresses
 * @returns the index of the first id from `from` on that is not held, or `count`; with `past` always `count`
 */
export function locate(
  ids: usize,
  from: i32,
  count: i32,
  slots: usize,
  chunks: usize,
  shift: i32,
  stride: i32,
  past: bool,
  to: usize,
): i32 {
  const mask = (1 << shift) - 1;
  for (let i = from; i < count; i++) {
    const slot = load<i32>(slots + (<usize>load<u32>(at(ids, i)) << 3)) - 1;
    if (slot < 0) {
      if (!past) return i;
      store<i32>(at(to, i), 0);
      continue;
    }
    store<i32>(at(to, i), load<i32>(at(chunks, slot >>> shift)) + (slot & mask) * stride);
  }
  return count;
}

/** sums = Σ values[e] · U[e] over the entries from `first` to `end`, in their order; `stride` bytes of each row. */
export function multiply(values: usize, rows: usize, first: i32, end: i32, stride: i32, sums: usize): void {
  let j: i32 = 0;
  for (; j + 64 <= stride; j += 64) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let e = first; e < end; e++) {
      let row = <usize>load<u32>(at(rows, e));
      if (row == 0) continue;
      row += j;
      const x = v128.load32_splat(at(values, e));
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(row)));
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(row, 16)));
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(row, 32)));
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(row, 48)));
    }
    v128.store(sums + j, s0); v128.store(sums + j, s1, 16); v128.store(sums + j, s2, 32); v128.store(sums + j, s3, 48);
  }
  for (; j < stride; j += 16) {
    let s = f32x4.splat(0);
    for (let e = first; e < end; e++) {
      const row = <usize>load<u32>(at(rows, e));
      if (row != 0) s = f32x4.add(s, f32x4.mul(v128.load32_splat(at(values, e)), v128.load(row + j)));
    }
    v128.store(sums + j, s);
  }
}

/** U[e] −= (factor · values[e]) · gradient over the entries from `first` to `end`, in their order. */
export function step(
  values: usize,
  rows: usize,
  first: i32,
  end: i32,
  stride: i32,
  gradient: usize,
  factor: f32,
): void {
  if (stride == 16) {
    const g = v128.load(gradient);
    for (let e = first; e < end; e++) {
      const row = <usize>load<u32>(at(rows, e));
      const x = f32x4.splat(factor * f32.load(at(values, e)));
      v128.store(row, f32x4.sub(v128.load(row), f32x4.mul(x, g)));
    }
    return;
  }
  for (let e = first; e < end; e++) {
    const row = <usize>load<u32>(at(rows, e));
    const x = f32x4.splat(factor * f32.load(at(values, e)));
    for (let j: i32 = 0; j < stride; j += 16) {
      v128.store(row + j, f32x4.sub(v128.load(row + j), f32x4.mul(x, v128.load(gradient + j))));
    }
  }
}

/** One step of Adagrad: with g = values[e] · gradient, S[e] += g², then U[e] −= rate · g ÷ (√S[e] + epsilon). */
export function adagrad(
  values: usize,
  rows: usize,
  squares: usize,
  first: i32,
  end: i32,
  stride: i32,
  gradient: usize,
  rate: f32,
  epsilon: f32,
): void {
  const r = f32x4.splat(rate), least = f32x4.splat(epsilon);
  for (let e = first; e < end; e++) {
    const row = <usize>load<u32>(at(rows, e));
    const sum = <usize>load<u32>(at(squares, e));
    const x = v128.load32_splat(at(values, e));
    for (let j: i32 = 0; j < stride; j += 16) {
      const g = f32x4.mul(x, v128.load(gradient + j));
      const s = f32x4.add(v128.load(sum + j), f32x4.mul(g, g));
      v128.store(sum + j, s);
      v128.store(row + j, f32x4.sub(v128.load(row + j), f32x4.div(f32x4.mul(r, g), f32x4.add(f32x4.sqrt(s), least))));
    }
  }
}
