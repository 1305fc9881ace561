import { madd } from './simd';

// The rational function x·P(x²)/Q(x²), both of degree 4 in x², with the least relative error on [−9, 9]: 2.1e-8 before
// rounding. Past 9, tanh is 1 in float32. The coefficients are in memory: an engine needs two or three instructions to
// build a vector constant at each use, but only one to load and spread a value from memory.
const TABLE = memory.data<f32>([
  0.9999999795801559, 0.13381015416587272, 0.0034955758759210582, 2.0608881432619936e-5, 1.3354389791364756e-8,
  1, 0.46714331047437485, 0.02587693577868203, 0.0003285614768433849, 7.776445473439362e-7,
  9, -9, -1, 0.5,
], 16);

/** The coefficients of P from degree 0, then those of Q, of which the first is 1, then the bounds. */
const P: usize = 0,
  Q: usize = 5,
  ONE: usize = 5,
  MOST: usize = 10,
  LEAST: usize = 11,
  MINUS_ONE: usize = 12,
  HALF: usize = 13;

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(TABLE + (i << 2));
}

/**
 * tanh(x) with a relative error of at most 5e-7 for every float32, including infinities. Exactly ±1 from ±9 on, never
 * beyond. NaN for NaN.
 */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  // pmin and pmax are one instruction each, and return their first argument if it is NaN.
  x = f32x4.pmax(f32x4.pmin(x, constant(MOST)), constant(LEAST));
  const u = f32x4.mul(x, x);
  let p = madd(constant(P + 4), u, constant(P + 3));
  let q = madd(constant(Q + 4), u, constant(Q + 3));
  p = madd(p, u, constant(P + 2));
  q = madd(q, u, constant(Q + 2));
  p = madd(p, u, constant(P + 1));
  q = madd(q, u, constant(Q + 1));
  p = madd(p, u, constant(P));
  q = madd(q, u, constant(Q));
  // Whether the quotient rounds to 1 at the bounds depends on the rounding of the sums above. So y is the bound itself
  // there, which is beyond 1 and is limited to 1 below.
  const y = v128.bitselect(x, f32x4.div(f32x4.mul(x, p), q), f32x4.eq(f32x4.abs(x), constant(MOST)));
  return f32x4.pmax(f32x4.pmin(y, constant(ONE)), constant(MINUS_ONE));
}

/**
 * σ(x) = ½ + ½·tanh(x/2) with an error of at most 3e-7 for every float32, including infinities. Exactly 0 and 1 from
 * ∓18 on, never beyond. NaN for NaN.
 */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const half = constant(HALF);
  return madd(half, tanh(f32x4.mul(half, x)), half);
}

/**
 * For tests of the two functions: replaces `count` values, a multiple of four, by their tanh (kind 0) or sigmoid (kind
 * 1).
 */
export function activate(values: usize, count: i32, kind: i32): void {
  for (const end = values + (<usize>count << 2); values < end; values += 16) {
    const x = v128.load(values);
    v128.store(values, kind == 0 ? tanh(x) : sigmoid(x));
  }
}
