import type { Random } from '../../contracts/random.js';

/** Draws from N(0, spread²), two at a time, with the transform of Box and Muller (1958). */
export const normal = (draws: Random, size: number, spread = 1): Float32Array => {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - draws.uniform())); // 1 − u is never 0
    const angle = 2 * Math.PI * draws.uniform();
    // Rounded before the scaling, as a tensor of N(0, 1) would be.
    values[i] = spread * Math.fround(radius * Math.cos(angle));
    if (i + 1 < size) values[i + 1] = spread * Math.fround(radius * Math.sin(angle));
  }
  return values;
};

/** Draws from U(−bound, bound). */
export const uniform = (draws: Random, size: number, bound: number): Float32Array => {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = (2 * draws.uniform() - 1) * bound;
  return values;
};
