/** One step of a block of rows, in typed arrays; H is the number of hidden units. */
export interface StepBlock {
  /** The number of rows in the block. */
  readonly rows: number;
  /** The number of hidden units, H. */
  readonly units: number;
  /** a = x·W_ihᵀ + b_ih, shape [rows, G·H]. */
  readonly a: Float32Array;
  /** u = h·W_hhᵀ + b_hh, shape [rows, G·H]. */
  readonly u: Float32Array;
  /** The values that forward stores for backward, shape [rows, kept·H]. */
  readonly kept: Float32Array;
}

/** The gradients of one step of a block of rows. */
export interface GradientBlock {
  readonly rows: number;
  readonly units: number;
  readonly kept: Float32Array;
  /** The hidden states before the step, shape [rows, H]. */
  readonly h: Float32Array;
  /** To be filled: the gradient with respect to a, shape [rows, G·H]. */
  readonly da: Float32Array;
  /**
   * To be filled: the gradient with respect to u, shape [rows, G·H]; the same array as `da` if the cell uses only the
   * sum of a and u.
   */
  readonly du: Float32Array;
}

/** The step of a cell and its gradient: the part between the matrix products. */
export interface CellKernel {
  /** The number of blocks of H rows in its weights, G. */
  readonly gates: number;
  /** The number of values per unit and step that are kept for the backward pass. */
  readonly kept: number;
  /** Whether the cell uses only the sum of a and u. */
  readonly sumsInputs: boolean;
  /** Replaces the states of the rows of the block by the states after the step. */
  forward(block: StepBlock, h: Float32Array, c: Float32Array): void;
  /**
   * Replaces the gradients of the states after the step by those of the states before it, except for the part through
   * u.
   */
  backward(block: GradientBlock, dh: Float32Array, dc: Float32Array): void;
}
