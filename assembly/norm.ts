import { at, store } from './simd';

/** Arguments of {@link sumSquares}. */
@unmanaged
export class Squares {
  from: usize;
  count: i32;
  /** The number of values per task, a multiple of four. */
  part: i32;
  /** float64: the sum of each task. */
  to: usize;
}

/** to[task] = Σ from[i]² over the values of the task, in float64, with one partial sum per lane of a vector of four. */
export function sumSquares(s: Squares, task: i32): void {
  let i = task * s.part;
  const end = min(i + s.part, s.count);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  for (; i + 4 <= end; i += 4) {
    const x = v128.load(at(s.from, i));
    const low = f64x2.promote_low_f32x4(x), high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
  }
  const sums = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; i < end; i++) {
    const x = <f64>f32.load(at(s.from, i));
    sum += x * x;
  }
  f64.store(s.to + (<usize>task << 3), sum);
}

/** Arguments of {@link scale}. */
@unmanaged
export class Scaling {
  from: usize;
  to: usize;
  count: i32;
  /** The number of values per task, a multiple of four. */
  part: i32;
  scale: f32;
}

/** to[i] = from[i] · scale */
export function scale(s: Scaling, task: i32): void {
  const end = min((task + 1) * s.part, s.count);
  const by = f32x4.splat(s.scale);
  for (let i = task * s.part; i < end; i += 4) store(at(s.to, i), f32x4.mul(v128.load(at(s.from, i)), by), end - i);
}
