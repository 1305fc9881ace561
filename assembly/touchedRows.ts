/**
 * Look-ups in a table of which each batch touches few rows, and the steps of its optimizers.
 *
 * `locate` of linear.ts finds the address of a row. A row has room for whole vectors; the values past its end are zero
 * and stay zero.
 */
import { at, flush, store } from './simd';

/**
 * Finds the distinct ids, in the order of first occurrence.
 *
 * @param ids int32 [count], each below the number of rows of the table, or `without`
 * @param slots int32 [rows, 2]: the second number of each row is working memory, zero before and after the call
 * @param without an id to leave out; its place is −1
 * @param found int32 [count + 1]: the distinct ids
 * @param places int32 [count]: the index of each id in `found`
 * @returns the number of distinct ids
 */
export function distinct(ids: usize, count: i32, slots: usize, without: i32, found: usize, places: usize): i32 {
  let held = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(at(ids, i));
    if (id == <u32>without) {
      i32.store(at(places, i), -1);
      continue;
    }
    // No branch here: hashed ids miss the caches, and each mispredicted branch would wait for the memory.
    const seen = slots + (<usize>id << 3);
    const before = load<i32>(seen, 4);
    const place = select<i32>(held + 1, before, before == 0);
    i32.store(at(found, held), id);
    held += <i32>(before == 0);
    i32.store(seen + 4, place);
    i32.store(at(places, i), place - 1);
  }
  for (let i = 0; i < held; i++) i32.store(slots + (<usize>load<u32>(at(found, i)) << 3) + 4, 0);
  return held;
}

/** Copies rows of `width` values, one after another. A row with the address 0 is not held and gives zeros. */
export function gather(rows: usize, count: i32, width: i32, to: usize): void {
  for (let i = 0; i < count; i++, to += <usize>width << 2) {
    const row = <usize>load<u32>(at(rows, i));
    for (let j = 0; j < width; j += 4) store(at(to, j), row == 0 ? f32x4.splat(0) : v128.load(at(row, j)), width - j);
  }
}

/** S[i] += g², then U[i] −= rate · g ÷ (√S[i] + epsilon), with g the gradient of row i, [count, width]. */
export function adagradRows(
  rows: usize,
  squares: usize,
  count: i32,
  width: i32,
  gradient: usize,
  rate: f32,
  epsilon: f32,
): void {
  const r = f32x4.splat(rate), least = f32x4.splat(epsilon);
  for (let i = 0; i < count; i++, gradient += <usize>width << 2) {
    const row = <usize>load<u32>(at(rows, i)), sum = <usize>load<u32>(at(squares, i));
    for (let j = 0; j < width; j += 4) {
      const g = v128.load(at(gradient, j));
      const s = f32x4.add(v128.load(at(sum, j)), f32x4.mul(g, g));
      const w = f32x4.sub(v128.load(at(row, j)), f32x4.div(f32x4.mul(r, g), f32x4.add(f32x4.sqrt(s), least)));
      store(at(sum, j), s, width - j);
      store(at(row, j), w, width - j);
    }
  }
}

/** m' = β₁·m + (1 − β₁)·g;  v' = β₂·v + (1 − β₂)·g²;  w' = w − stepSize · m' ÷ (√v' + epsilon), of each row. */
export function adamRows(
  rows: usize, firsts: usize, seconds: usize, count: i32, width: i32, gradient: usize,
  beta1: f32, beta2: f32, rest1: f32, rest2: f32, stepSize: f32, epsilon: f32,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2), r1 = f32x4.splat(rest1), r2 = f32x4.splat(rest2);
  const size = f32x4.splat(stepSize), least = f32x4.splat(epsilon);
  for (let i = 0; i < count; i++, gradient += <usize>width << 2) {
    const row = <usize>load<u32>(at(rows, i)),
      first = <usize>load<u32>(at(firsts, i)),
      second = <usize>load<u32>(at(seconds, i));
    for (let j = 0; j < width; j += 4) {
      const g = v128.load(at(gradient, j));
      const m = flush(f32x4.add(f32x4.mul(b1, v128.load(at(first, j))), f32x4.mul(r1, g)));
      const v = flush(f32x4.add(f32x4.mul(b2, v128.load(at(second, j))), f32x4.mul(r2, f32x4.mul(g, g))));
      const w = f32x4.sub(v128.load(at(row, j)), f32x4.div(f32x4.mul(size, m), f32x4.add(f32x4.sqrt(v), least)));
      store(at(first, j), m, width - j);
      store(at(second, j), v, width - j);
      store(at(row, j), w, width - j);
    }
  }
}
