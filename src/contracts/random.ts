import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The purposes of generators. */
export const PURPOSES = [
  'shuffle',
  'epoch-shuffle',
  'split',
  'batches',
  'weights',
  'dropout',
  'replay',
  'jitter',
  'sample',
  'search',
  'shed',
  'test',
] as const;

/**
 * The purpose of a generator. Each purpose has its own stream of random numbers, so that one more draw in one place
 * changes nothing anywhere else.
 */
export type Purpose = (typeof PURPOSES)[number];

/** A seeded source of random numbers; each draw advances it. */
export interface Random {
  /** A whole number between 0 and `bound - 1`, each equally likely. */
  below(bound: number): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
}

/**
 * A 32-bit hash of a string: FNV-1a over its UTF-16 code units, then the finalizer of MurmurHash3.
 *
 * FNV alone maps similar seeds to similar states; the finalizer makes every bit of the result depend on every bit.
 */
export const hash32 = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * Derives a number from (seed, epoch, purpose): the initial state of a generator, or the key of a counter-based one.
 *
 * @param seed any whole number
 * @param purpose the purpose of the numbers
 * @param epoch the pass over the data; 0 for draws made once per run
 * @returns a whole number between 0 and 2³² − 1
 *
 * @example
 * ```ts
 * import { deriveSeed } from 'headwater';
 * console.log(deriveSeed(1, 'test') === deriveSeed(1, 'test')); // true
 * console.log(deriveSeed(1, 'test', 0) === deriveSeed(1, 'test', 1)); // false: another epoch
 * ```
 */
export const deriveSeed = (seed: number, purpose: Purpose, epoch = 0): number => hash32(`${purpose}/${seed}/${epoch}`);

/**
 * Makes a generator (xoroshiro128+ of pure-rand) for (seed, epoch, purpose).
 *
 * @param seed any whole number
 * @param purpose the purpose of the numbers
 * @param epoch the pass over the data; 0 for draws made once per run
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
