import { at, store } from './simd';

/** Arguments of {@link vectorRows}. */
@unmanaged
export class Vectors {
  /** int8 [N, width]: the vectors, one after another. */
  rows: usize;
  /** [N]: the factor of each vector. */
  scales: usize;
  /** [U, width]: the rows that are added. */
  delta: usize;
  /** int32 [N]: the row of `delta` for each vector; −1 for none. */
  places: usize;
  count: i32;
  width: i32;
  to: usize;
  /** The number of vectors per task. */
  part: i32;
}

/** to[i] = scales[i] · rows[i] + delta[places[i]] */
export function vectorRows(v: Vectors, task: i32): void {
  const end = min((task + 1) * v.part, v.count);
  const width = v.width;
  for (let i = task * v.part; i < end; i++) {
    const row = v.rows + <usize>(i * width);
    const by = v128.load32_splat(at(v.scales, i));
    const place = load<i32>(at(v.places, i));
    const plus = at(v.delta, place * width);
    const to = at(v.to, i * width);
    for (let j = 0; j < width; j += 4) {
      const bytes = v128.load32_zero(row + <usize>j);
      const whole = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes));
      const vector = f32x4.mul(f32x4.convert_i32x4_s(whole), by);
      store(at(to, j), place < 0 ? vector : f32x4.add(vector, v128.load(at(plus, j))), width - j);
    }
  }
}
