import { at, madd, store } from './simd';

/** Arguments of {@link attend} and {@link attendBackward}. */
@unmanaged
export class Attention {
  /** [B, T, D]: the input. */
  x: usize;
  /** [D]: the query. */
  query: usize;
  /** int32 [B]: the number of steps of each row. */
  lengths: usize;
  batch: i32;
  time: i32;
  width: i32;
  /** [B, T]: the share of each step. Backward only read. */
  weights: usize;
  /** [B, D]: the sums; backward their gradients, which are read. */
  pooled: usize;
  /** The number of rows per task. */
  part: i32;
  /** [B, T]: the gradients of the weights. Only for the backward pass, like the next fields. */
  dWeights: usize;
  /** [B, T, D]: the gradient of the input. */
  dx: usize;
  /** [B, T]: the gradients of the scores. */
  dScores: usize;
  /** [B, D]: the gradient of the query from each row. */
  dQuery: usize;
}

/** Σⱼ a[j] · b[j]. Loads past the last value would add values of another row, so the rest is summed one by one. */
function dot(a: usize, b: usize, width: i32): f32 {
  const whole = width & ~3;
  let sums = f32x4.splat(0);
  for (let j = 0; j < whole; j += 4) sums = madd(v128.load(at(a, j)), v128.load(at(b, j)), sums);
  let sum =
    f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  for (let j = whole; j < width; j++) sum += f32.load(at(a, j)) * f32.load(at(b, j));
  return sum;
}

/** to[j] = Σₜ shares[t] · x[t, j] over the first `length` steps. */
function weightedSum(shares: usize, x: usize, length: i32, width: i32, to: usize): void {
  for (let j = 0; j < width; j += 4) {
    let sum = f32x4.splat(0);
    for (let t = 0; t < length; t++) {
      sum = madd(v128.load(at(x, t * width + j)), f32x4.splat(f32.load(at(shares, t))), sum);
    }
    store(at(to, j), sum, width - j);
  }
}

/**
 * weights[b, t] = exp(x[b, t] · q − m) / Σ exp(x[b, u] · q − m), with m the largest score of the row, and
 * pooled[b, j] = Σₜ weights[b, t] · x[b, t, j], over the steps below the length of the row. The weights past it are 0.
 */
export function attend(a: Attention, task: i32): void {
  const end = min((task + 1) * a.part, a.batch);
  for (let row = task * a.part; row < end; row++) {
    const length = load<i32>(at(a.lengths, row));
    const x = at(a.x, row * a.time * a.width);
    const weights = at(a.weights, row * a.time);
    let largest: f64 = -f64.MAX_VALUE;
    for (let t = 0; t < length; t++) {
      const score = dot(at(x, t * a.width), a.query, a.width);
      f32.store(at(weights, t), score);
      largest = max(largest, <f64>score);
    }
    let sum: f64 = 0;
    for (let t = 0; t < length; t++) sum += Math.exp(<f64>f32.load(at(weights, t)) - largest);
    for (let t = 0; t < length; t++) {
      f32.store(at(weights, t), <f32>(Math.exp(<f64>f32.load(at(weights, t)) - largest) / sum));
    }
    memory.fill(at(weights, length), 0, <usize>(a.time - length) << 2);
    weightedSum(weights, x, length, a.width, at(a.pooled, row * a.width));
  }
}

/**
 * With g = dPooled[b], w = weights[b] and e[t] = g · x[b, t] + dWeights[b, t]:
 * dScores[b, t] = w[t] · (e[t] − Σᵤ w[u] · e[u]), dx[b, t] = w[t] · g + dScores[b, t] · q below the length of the row
 * and zero past it, and dQuery[b] = Σₜ dScores[b, t] · x[b, t].
 */
export function attendBackward(a: Attention, task: i32): void {
  const end = min((task + 1) * a.part, a.batch);
  const next = <usize>a.width << 2;
  for (let row = task * a.part; row < end; row++) {
    const length = load<i32>(at(a.lengths, row));
    const x = at(a.x, row * a.time * a.width);
    const dx = at(a.dx, row * a.time * a.width);
    const weights = at(a.weights, row * a.time);
    const dScores = at(a.dScores, row * a.time);
    const dWeights = at(a.dWeights, row * a.time);
    const dPooled = at(a.pooled, row * a.width);
    let mean: f32 = 0;
    for (let t = 0; t < length; t++) {
      const dWeight = dot(at(x, t * a.width), dPooled, a.width) + f32.load(at(dWeights, t));
      f32.store(at(dScores, t), dWeight);
      mean += f32.load(at(weights, t)) * dWeight;
    }
    for (let t = 0; t < length; t++) {
      const weight = f32.load(at(weights, t));
      const dScore = weight * (f32.load(at(dScores, t)) - mean);
      f32.store(at(dScores, t), dScore);
      const to = at(dx, t * a.width);
      for (let j = 0; j < a.width; j += 4) {
        const ofSum = f32x4.mul(v128.load(at(dPooled, j)), f32x4.splat(weight));
        store(at(to, j), madd(v128.load(at(a.query, j)), f32x4.splat(dScore), ofSum), a.width - j);
      }
    }
    memory.fill(dx + <usize>length * next, 0, <usize>(a.time - length) * next);
    weightedSum(dScores, x, length, a.width, at(a.dQuery, row * a.width));
  }
}
