import { at, store } from './simd';

/** Arguments of {@link dropout}. */
@unmanaged
export class Dropout {
  x: usize;
  y: usize;
  count: i32;
  /** The number of values per task, a multiple of four. */
  part: i32;
  /** A position is dropped if its word is below this. It has 64 bits, since it can be 2³², above all words. */
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
 * y[p] = 0 if position p is dropped, x[p]·scale if it is kept. Its random word is word p mod 4 of the block with the
 * counter (epoch, step, site, ⌊p / 4⌋).
 *
 * The words come from Philox-4×32-10: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3. SC 2011.
 */
export function dropout(d: Dropout, task: i32): void {
  const end = min((task + 1) * d.part, d.count);
  // A rate that rounds to 1 drops every position. The threshold is then 2³².
  const none = i32x4.splat(d.thresholdHigh != 0 ? 0 : -1);
  const threshold = i32x4.splat(d.thresholdLow);
  const scale = f32x4.splat(d.scale);
  // Four blocks at a time, one per lane.
  for (let p = task * d.part; p < end; p += 16) {
    let c0 = i32x4.splat(d.epoch), c1 = i32x4.splat(d.step), c2 = i32x4.splat(d.site);
    let c3 = i32x4.add(i32x4.splat(p >> 2), i32x4(0, 1, 2, 3));
    let k0 = d.key0, k1 = d.key1;
    for (let round = 0; round < 10; round++) {
      const firstLow = i64x2.extmul_low_i32x4_u(c0, i32x4.splat(0xd2511f53)),
        firstHigh = i64x2.extmul_high_i32x4_u(c0, i32x4.splat(0xd2511f53));
      const secondLow = i64x2.extmul_low_i32x4_u(c2, i32x4.splat(0xcd9e8d57)),
        secondHigh = i64x2.extmul_high_i32x4_u(c2, i32x4.splat(0xcd9e8d57));
      c0 = v128.xor(v128.xor(v128.shuffle<i32>(secondLow, secondHigh, 1, 3, 5, 7), c1), i32x4.splat(k0));
      c1 = v128.shuffle<i32>(secondLow, secondHigh, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(v128.shuffle<i32>(firstLow, firstHigh, 1, 3, 5, 7), c3), i32x4.splat(k1));
      c3 = v128.shuffle<i32>(firstLow, firstHigh, 0, 2, 4, 6);
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    // Transposes from vectors of one word of four blocks to vectors of four words of one block.
    const a0 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5), a1 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const b0 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5), b1 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    keep(d, p, v128.shuffle<i64>(a0, b0, 0, 2), threshold, none, scale, end);
    keep(d, p + 4, v128.shuffle<i64>(a0, b0, 1, 3), threshold, none, scale, end);
    keep(d, p + 8, v128.shuffle<i64>(a1, b1, 0, 2), threshold, none, scale, end);
    keep(d, p + 12, v128.shuffle<i64>(a1, b1, 1, 3), threshold, none, scale, end);
  }
}

/** Dropped values are multiplied by 0, as in the other kernels, so that a NaN stays NaN. */
// @ts-ignore: decorator
@inline
function keep(d: Dropout, p: i32, words: v128, threshold: v128, none: v128, scale: v128, end: i32): void {
  const kept = v128.and(v128.and(i32x4.ge_u(words, threshold), none), scale);
  store(at(d.y, p), f32x4.mul(v128.load(at(d.x, p)), kept), end - p);
}
