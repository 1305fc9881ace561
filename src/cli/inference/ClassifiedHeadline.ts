/** A headline with its classification. */
export interface ClassifiedHeadline {
  readonly title: string;
  /** The most probable class. */
  readonly category: string;
  /** The number of tokens that the model knows. */
  readonly known: number;
  /**
   * Class names with their probabilities, the most probable first; equal probabilities in the order of the label
   * encoder.
   */
  readonly distribution: readonly (readonly [category: string, probability: number])[];
}

/** Class names with their probabilities, the most probable first. */
export const sortedDistribution = (
  classes: readonly string[],
  probabilities: Float32Array,
): ClassifiedHeadline['distribution'] =>
  classes.map((category, c) => [category, probabilities[c] ?? 0] as const).sort(([, a], [, b]) => b - a);
