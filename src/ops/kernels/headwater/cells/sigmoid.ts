/** σ(x) = 1 / (1 + e⁻ˣ), for any x without overflow into NaN. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
