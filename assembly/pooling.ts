import { at, store } from './simd';

/** Arguments of {@link pool} and {@link poolBackward}. */
@unmanaged
export class Pooling {
  /** [B, T, D]: the input; backward its gradient, which is written. */
  x: usize;
  /** int32 [B]: the number of steps of each row. */
  lengths: usize;
  batch: i32;
  time: i32;
  width: i32;
  /** [B, D]: the largest values or their gradients, with row b at b·step; 0 if they are not needed. */
  largest: usize;
  /** The means or their gradients, in the same layout. */
  mean: usize;
  step: i32;
  /** [B, D]: the first step that has the largest value, as float32; 0 if no backward pass follows. */
  places: usize;
  /** The number of rows per task. */
  part: i32;
}

/**
 * largest[b, j] = max x[b, t, j], mean[b, j] = Σ x[b, t, j] / length, over the steps t below the length of the row. NaN
 * counts as larger than any number.
 */
export function pool(p: Pooling, task: i32): void {
  const end = min((task + 1) * p.part, p.batch);
  const next = <usize>p.width << 2;
  for (let row = task * p.part; row < end; row++) {
    const length = load<i32>(at(p.lengths, row));
    const share = f32x4.splat(1 / <f32>length);
    for (let j = 0; j < p.width; j += 4) {
      let from = at(p.x, row * p.time * p.width + j);
      let most = v128.load(from), sum = most;
      let place = f32x4.splat(0);
      for (let t = 1; t < length; t++) {
        from += next;
        const value = v128.load(from);
        const larger = v128.andnot(v128.or(f32x4.gt(value, most), f32x4.ne(value, value)), f32x4.ne(most, most));
        most = v128.bitselect(value, most, larger);
        place = v128.bitselect(f32x4.splat(<f32>t), place, larger);
        sum = f32x4.add(sum, value);
      }
      const to = row * p.step + j;
      if (p.largest != 0) store(at(p.largest, to), most, p.width - j);
      if (p.mean != 0) store(at(p.mean, to), f32x4.mul(sum, share), p.width - j);
      if (p.places != 0) store(at(p.places, row * p.width + j), place, p.width - j);
    }
  }
}

/**
 * dx[b, t, j] = [t = places[b, j]] · dLargest[b, j] + dMean[b, j] / length below the length of the row, zero past it.
 */
export function poolBackward(p: Pooling, task: i32): void {
  const end = min((task + 1) * p.part, p.batch);
  const next = <usize>p.width << 2;
  const zero = f32x4.splat(0);
  for (let row = task * p.part; row < end; row++) {
    const length = load<i32>(at(p.lengths, row));
    const share = f32x4.splat(1 / <f32>length);
    const first = at(p.x, row * p.time * p.width);
    for (let j = 0; j < p.width; j += 4) {
      const from = row * p.step + j;
      const ofMean = p.mean == 0 ? zero : f32x4.mul(v128.load(at(p.mean, from)), share);
      const ofLargest = p.largest == 0 ? zero : v128.load(at(p.largest, from));
      const place = p.largest == 0 ? zero : v128.load(at(p.places, row * p.width + j));
      let to = at(first, j);
      for (let t = 0; t < length; t++, to += next) {
        store(to, f32x4.add(v128.and(ofLargest, f32x4.eq(place, f32x4.splat(<f32>t))), ofMean), p.width - j);
      }
    }
    memory.fill(first + <usize>length * next, 0, <usize>(p.time - length) * next);
  }
}
