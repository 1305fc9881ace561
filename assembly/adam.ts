import { at, store } from './simd';

/** Arguments of {@link adam}. */
@unmanaged
export class Adam {
  weight: usize;
  gradient: usize;
  m: usize;
  v: usize;
  count: i32;
  /** How many values a task takes: a multiple of four. */
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
}

/** The least positive normal float32. Below it processors compute many times slower, and a weight that is read no more decays into it. */
const NORMAL: f32 = 1.1754943508222875e-38;

// @ts-ignore: decorator
@inline
function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(NORMAL)));
}

/**
 * m' = β₁·m + (1 − β₁)·g;  v' = β₂·v + (1 − β₂)·g²;  w' = w − stepSize·m' / (√v'·rootScale + ε), in place.
 *
 * D. P. Kingma and J. Ba, Adam: a method for stochastic optimization. ICLR 2015.
 */
export function adam(a: Adam, task: i32): void {
  const end = min((task + 1) * a.part, a.count);
  const beta1 = f32x4.splat(a.beta1), beta2 = f32x4.splat(a.beta2), rest1 = f32x4.splat(a.rest1), rest2 = f32x4.splat(a.rest2);
  const stepSize = f32x4.splat(a.stepSize), rootScale = f32x4.splat(a.rootScale), epsilon = f32x4.splat(a.epsilon);
  for (let i = task * a.part; i < end; i += 4) {
    const g = v128.load(at(a.gradient, i));
    const m = flush(f32x4.add(f32x4.mul(beta1, v128.load(at(a.m, i))), f32x4.mul(rest1, g)));
    const v = flush(f32x4.add(f32x4.mul(beta2, v128.load(at(a.v, i))), f32x4.mul(rest2, f32x4.mul(g, g))));
    const w = f32x4.sub(v128.load(at(a.weight, i)), f32x4.div(f32x4.mul(stepSize, m), f32x4.add(f32x4.mul(f32x4.sqrt(v), rootScale), epsilon)));
    store(at(a.m, i), m, end - i);
    store(at(a.v, i), v, end - i);
    store(at(a.weight, i), w, end - i);
  }
}
