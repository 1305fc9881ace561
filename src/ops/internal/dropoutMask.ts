import { philox4x32 } from './philox4x32.js';

const TWO_TO_32 = 2 ** 32;

/**
 * The parameters of the random numbers of a dropout: a key of two words, and three words of the counter. The fourth
 * counter word is the number of the block of positions.
 */
export type DropoutAttributes = Readonly<{
  rate: number;
  key0: number;
  key1: number;
  epoch: number;
  step: number;
  site: number;
}>;

/**
 * The factor of each position: 0 if it is dropped, 1 / (1 − rate) if it is kept.
 *
 * Position p uses word p mod 4 of the block with the counter (epoch, step, site, ⌊p / 4⌋). It is dropped if that word
 * is below rate · 2³².
 */
export const dropoutMask = (size: number, { rate, key0, key1, epoch, step, site }: DropoutAttributes): Float32Array => {
  const words = new Uint32Array(Math.ceil(size / 4) * 4);
  for (let p = 0; p < size; p += 4) philox4x32(words, p, epoch, step, site, p / 4, key0, key1);
  const threshold = rate * TWO_TO_32;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let p = 0; p < size; p++) mask[p] = words[p]! < threshold ? 0 : scale;
  return mask;
};
