import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * What a generator is for. Each purpose draws from a stream of its own, so that one more draw in one place changes
 * nothing anywhere else.
 */
export type Purpose =
  | 'shuffle'
  | 'epoch-shuffle'
  | 'split'
  | 'batches'
  | 'weights'
  | 'dropout'
  | 'replay'
  | 'jitter'
  | 'sample'
  | 'search'
  | 'shed'
  | 'test';

/** A seeded source of random numbers; drawing from it advances it. */
export interface Random {
  /** A whole number between 0 and `bound - 1`, each equally likely. */
  below(bound: number): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
}

/**
 * A 32-bit hash of a string: FNV-1a over its UTF-16 code units, then the finalizer of MurmurHash3.
 *
 * FNV alone leaves neighbouring seeds in neighbouring states; the finalizer spreads every bit over the word.
 */
export const hash32 = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * The number that stands for (seed, epoch, purpose): the state that a generator, or a counter-based one, starts from.
 *
 * @param seed any whole number
 * @param purpose what the numbers are for
 * @param epoch which pass over the data they are for; 0 for what happens once a run
 * @returns a whole number between 0 and 2³² − 1
 */
export const deriveSeed = (seed: number, purpose: Purpose, epoch = 0): number => hash32(`${purpose}/${seed}/${epoch}`);

/**
 * A generator (xoroshiro128+ of pure-rand) of its own for (seed, epoch, purpose).
 *
 * @param seed any whole number
 * @param purpose what the numbers are for
 * @param epoch which pass over the data they are for; 0 for what happens once a run
 *
 * @example
 * ```ts
 * import { random } from 'headwater';
 * const dice = random(1234, 'test');
 * dice.below(6) + 1; // the same throw in every run
 * ```
 */
export const random = (seed: number, purpose: Purpose, epoch = 0): Random => {
  const generator = xoroshiro128plus(deriveSeed(seed, purpose, epoch) | 0);
  return {
    below: (bound) => uniformInt(generator, 0, bound - 1),
    uniform: () => uniformFloat64(generator),
  };
};
