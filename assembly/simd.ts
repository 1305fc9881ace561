/** The size of a float32 in bytes. */
export const F32: usize = 4;

/** The address of element `i` of float32 or int32 values. */
// @ts-ignore: decorators are AssemblyScript's
@inline
export function at(base: usize, i: i32): usize {
  return base + (<usize>i << 2);
}

/** c + a·b, rounded once if the engine has relaxed SIMD and the processor has a fused multiply-add, else twice. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * The smallest positive normal float32. Processors compute many times slower with smaller numbers. The moments of a
 * weight without gradients decay into them.
 */
const NORMAL: f32 = 1.1754943508222875e-38;

/** Replaces the lanes that are smaller than a normal float32 by zeros. */
// @ts-ignore: decorator
@inline
export function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(NORMAL)));
}

/**
 * Stores the first `count` lanes of `v`.
 *
 * Loads need no such function: values read past the end of a row are never stored, and the memory extends past the last
 * block.
 */
// @ts-ignore: decorator
@inline
export function store(to: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(to, v);
  else storePart(to, v, count);
}

function storePart(to: usize, v: v128, count: i32): void {
  if (count > 0) f32.store(to, f32x4.extract_lane(v, 0));
  if (count > 1) f32.store(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) f32.store(to, f32x4.extract_lane(v, 2), 8);
}

/** The same as {@link store}, but inlined without a function call: a thread that dies has stored all lanes or none. */
// @ts-ignore: decorators are AssemblyScript's
@inline
export function storeHere(to: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(to, v);
  else {
    f32.store(to, f32x4.extract_lane(v, 0));
    if (count > 1) f32.store(to, f32x4.extract_lane(v, 1), 4);
    if (count > 2) f32.store(to, f32x4.extract_lane(v, 2), 8);
  }
}
