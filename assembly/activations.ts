import { madd } from './simd';

// The rational function x·P(x²)/Q(x²), both of degree 4 in x², with the least relative error on [−9, 9]: 2.1e-8 before rounding. Past 9, tanh is 1 in float32.
const P0: f32 = 0.9999999795801559, P1: f32 = 0.13381015416587272, P2: f32 = 0.0034955758759210582, P3: f32 = 2.0608881432619936e-5, P4: f32 = 1.3354389791364756e-8;
const Q0: f32 = 1, Q1: f32 = 0.46714331047437485, Q2: f32 = 0.02587693577868203, Q3: f32 = 0.0003285614768433849, Q4: f32 = 7.776445473439362e-7;

/** tanh(x) within 5e-7 of its value, relative to it, for every float32, infinities included; never beyond ±1; NaN for NaN. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(9)), f32x4.splat(-9));
  const u = f32x4.mul(x, x);
  let p = madd(f32x4.splat(P4), u, f32x4.splat(P3));
  let q = madd(f32x4.splat(Q4), u, f32x4.splat(Q3));
  p = madd(p, u, f32x4.splat(P2));
  q = madd(q, u, f32x4.splat(Q2));
  p = madd(p, u, f32x4.splat(P1));
  q = madd(q, u, f32x4.splat(Q1));
  p = madd(p, u, f32x4.splat(P0));
  q = madd(q, u, f32x4.splat(Q0));
  const y = f32x4.div(f32x4.mul(x, p), q);
  return f32x4.max(f32x4.min(y, f32x4.splat(1)), f32x4.splat(-1));
}

/** σ(x) = ½ + ½·tanh(x/2) within 3e-7 of its value for every float32, infinities included; never beyond 0 and 1; NaN for NaN. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return madd(half, tanh(f32x4.mul(half, x)), half);
}

/** What tests measure the two by: `count` values, a multiple of four, replaced by their tanh (kind 0) or sigmoid (kind 1). */
export function activate(values: usize, count: i32, kind: i32): void {
  for (const end = values + (<usize>count << 2); values < end; values += 16) {
    const x = v128.load(values);
    v128.store(values, kind == 0 ? tanh(x) : sigmoid(x));
  }
}
