/** σ(x) = 1 / (1 + e⁻ˣ). No x gives NaN by overflow. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
