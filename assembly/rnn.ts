import { tanh } from './activations';
import { at, store } from './simd';

/**
 * One step of a row of the simple recurrent cell, h' = tanh(a + u), with H = `units`. h' is kept for the backward pass.
 */
// @ts-ignore: decorator
@inline
export function rnnForward(units: i32, a: usize, u: usize, after: usize, kept: usize): void {
  let j = 0;
  // Two vectors at a time, for engines that combine them into one.
  for (; j + 8 <= units; j += 8) {
    const h0 = tanh(f32x4.add(v128.load(at(a, j)), v128.load(at(u, j)))),
      h1 = tanh(f32x4.add(v128.load(at(a, j), 16), v128.load(at(u, j), 16)));
    v128.store(at(after, j), h0); v128.store(at(after, j), h1, 16);
    if (kept != 0) {
      v128.store(at(kept, j), h0); v128.store(at(kept, j), h1, 16);
    }
  }
  for (; j < units; j += 4) {
    const h = tanh(f32x4.add(v128.load(at(a, j)), v128.load(at(u, j))));
    store(at(after, j), h, units - j);
    if (kept != 0) store(at(kept, j), h, units - j);
  }
}

/** The gradients of one step of a row: that of a + u; that of h is zero except for the part through u. */
// @ts-ignore: decorator
@inline
export function rnnBackward(units: i32, kept: usize, da: usize, dh: usize): void {
  const one = f32x4.splat(1);
  for (let j = 0; j < units; j += 4) {
    const h = v128.load(at(kept, j));
    store(at(da, j), f32x4.mul(v128.load(at(dh, j)), f32x4.sub(one, f32x4.mul(h, h))), units - j);
    store(at(dh, j), f32x4.splat(0), units - j);
  }
}
