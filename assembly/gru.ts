import { sigmoid, tanh } from './activations';
import { at, madd, store } from './simd';

/**
 * One step of a row of the gated recurrent unit, with H = `units`:
 *
 *     r  = σ(a_r + u_r)
 *     z  = σ(a_z + u_z)
 *     n  = tanh(a_n + r·u_n)
 *     h' = n + z·(h − n)
 *
 * If a backward pass follows, r, z, n and u_n are kept for it.
 */
// @ts-ignore: decorator
@inline
export function gruForward(units: i32, a: usize, u: usize, h: usize, after: usize, kept: usize): void {
  let j = 0;
  // Two vectors at a time, for engines that combine them into one.
  for (; j + 8 <= units; j += 8) {
    const un0 = v128.load(at(u, j + 2 * units)), un1 = v128.load(at(u, j + 2 * units), 16);
    const r0 = sigmoid(f32x4.add(v128.load(at(a, j)), v128.load(at(u, j)))),
      r1 = sigmoid(f32x4.add(v128.load(at(a, j), 16), v128.load(at(u, j), 16)));
    const z0 = sigmoid(f32x4.add(v128.load(at(a, j + units)), v128.load(at(u, j + units)))),
      z1 = sigmoid(f32x4.add(v128.load(at(a, j + units), 16), v128.load(at(u, j + units), 16)));
    const n0 = tanh(madd(r0, un0, v128.load(at(a, j + 2 * units)))),
      n1 = tanh(madd(r1, un1, v128.load(at(a, j + 2 * units), 16)));
    const h0 = v128.load(at(h, j)), h1 = v128.load(at(h, j), 16);
    v128.store(at(after, j), madd(z0, f32x4.sub(h0, n0), n0));
    v128.store(at(after, j), madd(z1, f32x4.sub(h1, n1), n1), 16);
    if (kept != 0) {
      v128.store(at(kept, j), r0); v128.store(at(kept, j), r1, 16);
      v128.store(at(kept, j + units), z0); v128.store(at(kept, j + units), z1, 16);
      v128.store(at(kept, j + 2 * units), n0); v128.store(at(kept, j + 2 * units), n1, 16);
      v128.store(at(kept, j + 3 * units), un0); v128.store(at(kept, j + 3 * units), un1, 16);
    }
  }
  for (; j < units; j += 4) {
    const width = units - j;
    const un = v128.load(at(u, j + 2 * units));
    const r = sigmoid(f32x4.add(v128.load(at(a, j)), v128.load(at(u, j))));
    const z = sigmoid(f32x4.add(v128.load(at(a, j + units)), v128.load(at(u, j + units))));
    const n = tanh(madd(r, un, v128.load(at(a, j + 2 * units))));
    store(at(after, j), madd(z, f32x4.sub(v128.load(at(h, j)), n), n), width);
    if (kept != 0) {
      store(at(kept, j), r, width);
      store(at(kept, j + units), z, width);
      store(at(kept, j + 2 * units), n, width);
      store(at(kept, j + 3 * units), un, width);
    }
  }
}

/** The gradients of one step of a row: of a and u, and of h except for the part through u. The latter replaces dh'. */
// @ts-ignore: decorator
@inline
export function gruBackward(units: i32, kept: usize, h: usize, da: usize, du: usize, dh: usize): void {
  const one = f32x4.splat(1);
  for (let j = 0; j < units; j += 4) {
    const width = units - j;
    const r = v128.load(at(kept, j));
    const z = v128.load(at(kept, j + units));
    const n = v128.load(at(kept, j + 2 * units));
    const un = v128.load(at(kept, j + 3 * units));
    const d = v128.load(at(dh, j));
    const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(at(h, j)), n)), f32x4.mul(z, f32x4.sub(one, z)));
    const dan = f32x4.mul(f32x4.mul(d, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
    const dr = f32x4.mul(f32x4.mul(dan, un), f32x4.mul(r, f32x4.sub(one, r)));
    store(at(da, j), dr, width);
    store(at(du, j), dr, width);
    store(at(da, j + units), dz, width);
    store(at(du, j + units), dz, width);
    store(at(da, j + 2 * units), dan, width);
    store(at(du, j + 2 * units), f32x4.mul(dan, r), width);
    store(at(dh, j), f32x4.mul(d, z), width);
  }
}
