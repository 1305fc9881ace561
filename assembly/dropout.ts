import { at, store } from './simd';

/** Arguments of {@link dropout}. */
@unmanaged
export class Dropout {
  x: usize;
  y: usize;
  count: i32;
  /** How many values a task takes: a multiple of four. */
  part: i32;
  /** A position is dropped when its word is below this: 64 bits, since all words may be. */
  thresholdLow: u32;
  thresholdHigh: u32;
  /** 1 / (1 − rate) */
  scale: f32;
  epoch: u32;
  step: u32;
  site: u32;
  key0: u32;
  key1: u32;
}

/**
 * y[p] = 0 where position p is dropped, x[p]·scale where it is kept. Its random word is word p mod 4 of the block whose counter is (epoch, step, site, ⌊p / 4⌋).
 *
 * The words are Philox-4×32-10's: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3. SC 2011.
 */
export function dropout(d: Dropout, task: i32): void {
  const end = min((task + 1) * d.part, d.count);
  const threshold = (<u64>d.thresholdHigh << 32) | <u64>d.thresholdLow;
  const scale = f32x4.splat(d.scale);
  for (let p = task * d.part; p < end; p += 4) {
    let c0 = d.epoch, c1 = d.step, c2 = d.site, c3 = <u32>(p >> 2);
    let k0 = d.key0, k1 = d.key1;
    for (let round = 0; round < 10; round++) {
      const first = <u64>0xd2511f53 * <u64>c0;
      const second = <u64>0xcd9e8d57 * <u64>c2;
      c0 = <u32>(second >> 32) ^ c1 ^ k0;
      c1 = <u32>second;
      c2 = <u32>(first >> 32) ^ c3 ^ k1;
      c3 = <u32>first;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    // All bits of a lane where it is kept, none where it is dropped; what is dropped is multiplied by 0, as the other kernels do, so that a NaN stays one.
    let kept = i32x4.splat(0);
    kept = i32x4.replace_lane(kept, 0, <u64>c0 < threshold ? 0 : -1);
    kept = i32x4.replace_lane(kept, 1, <u64>c1 < threshold ? 0 : -1);
    kept = i32x4.replace_lane(kept, 2, <u64>c2 < threshold ? 0 : -1);
    kept = i32x4.replace_lane(kept, 3, <u64>c3 < threshold ? 0 : -1);
    store(at(d.y, p), f32x4.mul(v128.load(at(d.x, p)), v128.and(kept, scale)), end - p);
  }
}
