import { sigmoid, tanh } from './activations';
import { at, madd, store } from './simd';

/**
 * One step of a row of the long short-term memory, with H = `units`:
 *
 *     i  = σ(a_i + u_i)
 *     f  = σ(a_f + u_f)
 *     g  = tanh(a_g + u_g)
 *     o  = σ(a_o + u_o)
 *     c' = f·c + i·g
 *     h' = o·tanh(c')
 *
 * c is replaced by c'. If a backward pass follows, i, f, g, o, c and tanh(c') are kept for it.
 */
// @ts-ignore: decorator
@inline
export function lstmForward(units: i32, a: usize, u: usize, c: usize, after: usize, kept: usize): void {
  for (let j = 0; j < units; j += 4) {
    const width = units - j;
    const i = sigmoid(f32x4.add(v128.load(at(a, j)), v128.load(at(u, j))));
    const f = sigmoid(f32x4.add(v128.load(at(a, j + units)), v128.load(at(u, j + units))));
    const g = tanh(f32x4.add(v128.load(at(a, j + 2 * units)), v128.load(at(u, j + 2 * units))));
    const o = sigmoid(f32x4.add(v128.load(at(a, j + 3 * units)), v128.load(at(u, j + 3 * units))));
    const before = v128.load(at(c, j));
    const state = madd(f, before, f32x4.mul(i, g));
    const squashed = tanh(state);
    store(at(c, j), state, width);
    store(at(after, j), f32x4.mul(o, squashed), width);
    if (kept != 0) {
      store(at(kept, j), i, width);
      store(at(kept, j + units), f, width);
      store(at(kept, j + 2 * units), g, width);
      store(at(kept, j + 3 * units), o, width);
      store(at(kept, j + 4 * units), before, width);
      store(at(kept, j + 5 * units), squashed, width);
    }
  }
}

/**
 * The gradients of one step of a row: of a + u, and of c, which replaces dc'. That of h is zero except for the part
 * through u.
 */
// @ts-ignore: decorator
@inline
export function lstmBackward(units: i32, kept: usize, da: usize, dh: usize, dc: usize): void {
  const one = f32x4.splat(1);
  for (let j = 0; j < units; j += 4) {
    const width = units - j;
    const i = v128.load(at(kept, j));
    const f = v128.load(at(kept, j + units));
    const g = v128.load(at(kept, j + 2 * units));
    const o = v128.load(at(kept, j + 3 * units));
    const before = v128.load(at(kept, j + 4 * units));
    const squashed = v128.load(at(kept, j + 5 * units));
    const d = v128.load(at(dh, j));
    const dState = f32x4.add(
      v128.load(at(dc, j)),
      f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(squashed, squashed))),
    );
    store(at(da, j), f32x4.mul(f32x4.mul(dState, g), f32x4.mul(i, f32x4.sub(one, i))), width);
    store(at(da, j + units), f32x4.mul(f32x4.mul(dState, before), f32x4.mul(f, f32x4.sub(one, f))), width);
    store(at(da, j + 2 * units), f32x4.mul(f32x4.mul(dState, i), f32x4.sub(one, f32x4.mul(g, g))), width);
    store(at(da, j + 3 * units), f32x4.mul(f32x4.mul(d, squashed), f32x4.mul(o, f32x4.sub(one, o))), width);
    store(at(dc, j), f32x4.mul(dState, f), width);
    store(at(dh, j), f32x4.splat(0), width);
  }
}
