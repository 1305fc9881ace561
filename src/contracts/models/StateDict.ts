/** A weight as plain data, independent of any backend: float32 values in row-major order. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by name, with PyTorch's names, shapes and gate order. The iteration order is the order of definition. */
export type StateDict = ReadonlyMap<string, Weight>;
