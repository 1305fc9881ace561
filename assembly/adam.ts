import { doneBefore, noteDone } from './records';
import { at, flush } from './simd';

/** One of the weights that {@link adam} updates. */
@unmanaged
export class AdamWeight {
  weight: usize;
  gradient: usize;
  m: usize;
  v: usize;
  count: i32;
  /** The number of its first task. */
  task: i32;
}

/** Arguments of {@link adam}. */
@unmanaged
export class Adam {
  /**
   * The weights, in rising order of their tasks. One job updates all of them, since most are so small that a separate
   * job would cost more than the update.
   */
  weights: usize;
  length: i32;
  /** The number of values per task, a multiple of four. */
  part: i32;
  beta1: f32;
  beta2: f32;
  /** 1 − β₁ and 1 − β₂, rounded after the subtraction. */
  rest1: f32;
  rest2: f32;
  /** η / (1 − β₁ᵗ) */
  stepSize: f32;
  /** 1 / √(1 − β₂ᵗ) */
  rootScale: f32;
  epsilon: f32;
  /** 1 − η·λ: the factor of weight decay; 1 without decay. */
  keep: f32;
}

/** m' */
// @ts-ignore: decorator
@inline
function first(a: Adam, m: v128, g: v128): v128 {
  return flush(f32x4.add(f32x4.mul(f32x4.splat(a.beta1), m), f32x4.mul(f32x4.splat(a.rest1), g)));
}

/** v' */
// @ts-ignore: decorator
@inline
function second(a: Adam, v: v128, g: v128): v128 {
  return flush(f32x4.add(f32x4.mul(f32x4.splat(a.beta2), v), f32x4.mul(f32x4.splat(a.rest2), f32x4.mul(g, g))));
}

/** w' */
// @ts-ignore: decorator
@inline
function moved(a: Adam, w: v128, m: v128, v: v128): v128 {
  return f32x4.sub(
    f32x4.mul(w, f32x4.splat(a.keep)),
    f32x4.div(
      f32x4.mul(f32x4.splat(a.stepSize), m),
      f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(a.rootScale)), f32x4.splat(a.epsilon)),
    ),
  );
}

/**
 * m' = β₁·m + (1 − β₁)·g;  v' = β₂·v + (1 − β₂)·g²;  w' = keep·w − stepSize·m' / (√v'·rootScale + ε), in place.
 *
 * D. P. Kingma and J. Ba, Adam: a method for stochastic optimization. ICLR 2015.
 * I. Loshchilov and F. Hutter, Decoupled weight decay regularization. ICLR 2019.
 */
export function adam(a: Adam, task: i32): void {
  let last = a.length - 1;
  while (changetype<AdamWeight>(a.weights + <usize>last * offsetof<AdamWeight>()).task > task) last--;
  const w = changetype<AdamWeight>(a.weights + <usize>last * offsetof<AdamWeight>());
  update(a, w, max((task - w.task) * a.part, doneBefore()), min((task - w.task + 1) * a.part, w.count));
}

function update(a: Adam, entry: AdamWeight, i: i32, end: i32): void {
  // Two vectors at a time, for engines that combine them into one.
  for (; i + 8 <= end; i += 8) {
    const g0 = v128.load(at(entry.gradient, i)), g1 = v128.load(at(entry.gradient, i), 16);
    const m0 = first(a, v128.load(at(entry.m, i)), g0), m1 = first(a, v128.load(at(entry.m, i), 16), g1);
    const v0 = second(a, v128.load(at(entry.v, i)), g0), v1 = second(a, v128.load(at(entry.v, i), 16), g1);
    const w0 = moved(a, v128.load(at(entry.weight, i)), m0, v0),
      w1 = moved(a, v128.load(at(entry.weight, i), 16), m1, v1);
    v128.store(at(entry.m, i), m0); v128.store(at(entry.m, i), m1, 16);
    v128.store(at(entry.v, i), v0); v128.store(at(entry.v, i), v1, 16);
    v128.store(at(entry.weight, i), w0); v128.store(at(entry.weight, i), w1, 16);
    noteDone(i + 8);
  }
  for (; i < end; i += 4) {
    const g = v128.load(at(entry.gradient, i));
    const m = first(a, v128.load(at(entry.m, i)), g);
    const v = second(a, v128.load(at(entry.v, i)), g);
    const w = moved(a, v128.load(at(entry.weight, i)), m, v);
    // Blocks have room for whole vectors, so values past the last one may be written.
    v128.store(at(entry.m, i), m);
    v128.store(at(entry.v, i), v);
    v128.store(at(entry.weight, i), w);
    noteDone(i + 4);
  }
}
