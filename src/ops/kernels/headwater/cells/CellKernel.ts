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
  /** What forward leaves for backward, shape [rows, kept·H]. */
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
   * To be filled: the gradient with respect to u, shape [rows, G·H]; the same array as `da` where a and u enter as
   * their sum alone.
   */
  readonly du: Float32Array;
}

/** A cell's step and its gradient: what happens between the products. */
export interface CellKernel {
  /** How many blocks of H rows its weights have, G. */
  readonly gates: number;
  /** How many values a unit and step are kept for the backward pass. */
  readonly kept: number;
  /** Whether a and u enter as their sum alone. */
  readonly sumsInputs: boolean;
  /** Replaces the states of the block's rows by those after the step. */
  forward(block: StepBlock, h: Float32Array, c: Float32Array): void;
  /** Replaces the gradients of the states after the step by those before it, without what flows through u. */
  backward(block: GradientBlock, dh: Float32Array, dc: Float32Array): void;
}
