import { checkNumber, checkWhole } from '../contracts/checkOption.js';

/**
 * Applies a temperature to probabilities. The result equals softmax(logits / T) of the logits behind the probabilities.
 *
 *     p'_c = p_c^(1/T) / Σ_k p_k^(1/T)
 *
 * The most probable class does not change. At the temperature 1 the values are copied unchanged.
 *
 * @param probabilities row-major, shape [B, C]; not changed
 * @param classes the number of classes, C
 * @param temperature T, above 0: `fitTemperature` finds it
 * @returns probabilities, row-major, shape [B, C], float32
 * @throws HeadwaterError `HW_USAGE` for an invalid temperature or number of classes
 *
 * @example
 * ```ts
 * import { temper } from 'headwater';
 * temper(Float32Array.of(0.9, 0.1), 2, 2); // 0.75, 0.25
 * ```
 */
export const temper = (probabilities: Float32Array, classes: number, temperature: number): Float32Array => {
  checkWhole('temper', 'classes', classes, 1);
  checkNumber('temper', 'temperature', temperature, { above: 0 });
  const tempered = probabilities.slice();
  if (temperature === 1) return tempered;
  for (let start = 0; start < tempered.length; start += classes) {
    const row = tempered.subarray(start, start + classes);
    let largest = 0;
    for (let c = 0; c < row.length; c++) largest = Math.max(largest, row[c]!);
    let sum = 0;
    // Divided by the largest, so that a low temperature does not round all of them to 0.
    const powers = Array.from(row, (p) => Math.pow(p / largest, 1 / temperature));
    for (const power of powers) sum += power;
    powers.forEach((power, c) => (row[c] = power / sum));
  }
  return tempered;
};
