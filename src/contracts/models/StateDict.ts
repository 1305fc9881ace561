/** A weight outside any backend: float32 values in row-major order. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by name, in PyTorch's names, shapes and gate order; iteration order is the order of definition. */
export type StateDict = ReadonlyMap<string, Weight>;
