import type { ReliabilityBin } from 'headwater';

/** The mean of values; NaN without values. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation of a sample, with n − 1; NaN for fewer than two values. */
export const deviation = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
};

/**
 * Student's t for 95 %, two-sided, by degrees of freedom from 1. For more degrees, the normal distribution is close
 * enough.
 */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL = 1.96;

/** The mean of paired differences, and its 95 % interval from Student's t. */
export interface PairedInterval {
  readonly mean: number;
  readonly from: number;
  readonly to: number;
}

/**
 * @param differences one per split; with a single one the interval is infinite
 */
export const pairedInterval = (differences: readonly number[]): PairedInterval => {
  const centre = mean(differences);
  if (differences.length < 2) return { mean: centre, from: -Infinity, to: Infinity };
  const t = STUDENT[differences.length - 2] ?? NORMAL;
  const half = (t * deviation(differences)) / Math.sqrt(differences.length);
  return { mean: centre, from: centre - half, to: centre + half };
};

/**
 * The expected calibration error that chance alone gives perfectly calibrated predictions in these bins. The share of
 * right predictions among n of confidence c deviates from c by √(2 · c · (1 − c) ÷ (π · n)) on average, in the normal
 * approximation.
 */
export const eceByChance = (bins: readonly ReliabilityBin[]): number => {
  let all = 0;
  let sum = 0;
  for (const { rows, confidence } of bins) {
    // An empty bin has no confidence.
    if (rows === 0) continue;
    all += rows;
    sum += Math.sqrt((2 * rows * confidence * (1 - confidence)) / Math.PI);
  }
  return sum / all;
};
