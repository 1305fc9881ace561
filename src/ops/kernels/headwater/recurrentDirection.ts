import type { CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import type { Schedule } from '../../recurrent/internal/Schedule.js';
import type { CellKernel } from './cells/CellKernel.js';
import { matrix, multiply, packRight, transposed } from './definition/matmul.js';

/** Rows of a matrix by index, one after the other: to[k] = from[index[k]]. */
const gatherRows = (from: Float32Array, index: Int32Array, width: number): Float32Array => {
  const to = new Float32Array(index.length * width);
  for (let k = 0; k < index.length; k++) {
    const start = index[k]! * width;
    to.set(from.subarray(start, start + width), k * width);
  }
  return to;
};

/** Fills every row of a matrix with the same values. */
const fillRows = (to: Float32Array, row: Float32Array): void => {
  for (let at = 0; at < to.length; at += row.length) to.set(row, at);
};

/** The sum of the rows of a matrix, computed in float64. */
const sumRows = (from: Float32Array, width: number): Float32Array => {
  const sums = new Float64Array(width);
  for (let at = 0; at < from.length; at += width) for (let j = 0; j < width; j++) sums[j]! += from[at + j]!;
  return Float32Array.from(sums);
};

/** One direction of a layer, or a single cell. */
export interface Direction {
  readonly cell: CellKernel;
  readonly schedule: Schedule;
  readonly weights: CellWeights<Float32Array>;
  /** The inputs: rows of I values, numbered as in the `index` of the schedule. */
  readonly x: Float32Array;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Whether the run starts from given states or from zeros. */
  readonly fromState: boolean;
}

/** The states of the rows, in the order of the schedule, shape [B, H]. */
export interface States {
  readonly h: Float32Array;
  /** Empty if the cell has no cell state. */
  readonly c: Float32Array;
}

/** The values that a direction keeps for its backward pass; N pairs, see {@link Schedule}. */
export interface DirectionReserve {
  /** The hidden states before each step, shape [N, H]. */
  readonly before: Float32Array;
  /** The values that the cell keeps, shape [N, kept·H]. */
  readonly kept: Float32Array;
}

/** Called after each step with the offset of its pairs and the states of its rows, for callers that need them. */
export type AfterStep = (offset: number, rows: number, h: Float32Array) => void;

/**
 * Runs all steps of all rows. `states` holds the initial states and is replaced by the final ones.
 *
 * The input part of all steps is one product. The recurrent part is one product per step, over the rows that still run.
 * If the run starts from zeros, the first step needs none.
 */
export const runForward = (
  direction: Direction,
  states: States,
  reserve: DirectionReserve | undefined,
  after: AfterStep | undefined,
): void => {
  const { cell, schedule, weights, x, inputSize, hiddenSize, fromState } = direction;
  const { active, offsets, index } = schedule;
  const width = cell.gates * hiddenSize;
  const pairs = index.length;
  const most = active[0]!;

  // a = x·W_ihᵀ + b_ih
  const a = new Float32Array(pairs * width);
  fillRows(a, weights.bias_ih);
  multiply(
    matrix(gatherRows(x, index, inputSize), pairs, inputSize),
    transposed(matrix(weights.weight_ih, width, inputSize)),
    matrix(a, pairs, width),
    true,
  );

  const recurrent =
    active.length > 1 || fromState ? packRight(transposed(matrix(weights.weight_hh, width, hiddenSize))) : undefined;
  const u = new Float32Array(most * width);
  const scratch = reserve === undefined ? new Float32Array(most * cell.kept * hiddenSize) : undefined;
  for (let step = 0; step < active.length; step++) {
    const rows = active[step]!;
    const from = offsets[step]!;
    const to = offsets[step + 1]!;
    reserve?.before.set(states.h.subarray(0, rows * hiddenSize), from * hiddenSize);
    // u = h·W_hhᵀ + b_hh
    fillRows(u, weights.bias_hh);
    if (recurrent !== undefined && (step > 0 || fromState))
      multiply(matrix(states.h, rows, hiddenSize), recurrent, matrix(u, rows, width), true);
    const kept = scratch ?? reserve!.kept.subarray(from * cell.kept * hiddenSize, to * cell.kept * hiddenSize);
    cell.forward({ rows, units: hiddenSize, a: a.subarray(from * width, to * width), u, kept }, states.h, states.c);
    after?.(from, rows, states.h);
  }
};

/**
 * Adds to the gradients of the states after a step. It is called with the offset of the step's pairs, before the
 * backward step.
 */
export type BeforeStep = (offset: number, rows: number, dh: Float32Array) => void;

/** The result of the backward pass of a direction. */
export interface DirectionGradients {
  readonly weights: CellWeights<Float32Array>;
  /** The gradients of the inputs, in the order of the pairs, shape [N, I]. */
  readonly dx: Float32Array;
}

/**
 * Propagates the gradients of the final states back through the steps. `d` holds these gradients and is replaced by the
 * gradients of the initial states.
 *
 * Only dh = du·W_hh must be computed step by step. The gradients of the weights and of the inputs are one product each
 * over all steps.
 */
export const runBackward = (
  direction: Direction,
  d: States,
  reserve: DirectionReserve,
  before: BeforeStep | undefined,
): DirectionGradients => {
  const { cell, schedule, weights, x, inputSize, hiddenSize, fromState } = direction;
  const { active, offsets, index } = schedule;
  const width = cell.gates * hiddenSize;
  const pairs = index.length;

  const da = new Float32Array(pairs * width);
  const du = cell.sumsInputs ? da : new Float32Array(pairs * width);
  const recurrent =
    active.length > 1 || fromState ? packRight(matrix(weights.weight_hh, width, hiddenSize)) : undefined;
  for (let step = active.length - 1; step >= 0; step--) {
    const rows = active[step]!;
    const from = offsets[step]!;
    const to = offsets[step + 1]!;
    before?.(from, rows, d.h);
    cell.backward(
      {
        rows,
        units: hiddenSize,
        kept: reserve.kept.subarray(from * cell.kept * hiddenSize, to * cell.kept * hiddenSize),
        h: reserve.before.subarray(from * hiddenSize, to * hiddenSize),
        da: da.subarray(from * width, to * width),
        du: du.subarray(from * width, to * width),
      },
      d.h,
      d.c,
    );
    // dh += du·W_hh
    if (recurrent !== undefined && (step > 0 || fromState))
      multiply(matrix(du, rows, width, from * width), recurrent, matrix(d.h, rows, hiddenSize), true);
  }

  // dW_ih = daᵀ·x, dW_hh = duᵀ·h (pairs with zero h are skipped), dx = da·W_ih; the gradients of the biases are sums
  // over the pairs
  const weight_ih = new Float32Array(width * inputSize);
  multiply(
    transposed(matrix(da, pairs, width)),
    matrix(gatherRows(x, index, inputSize), pairs, inputSize),
    matrix(weight_ih, width, inputSize),
  );
  const first = fromState ? 0 : offsets[1]!;
  const weight_hh = new Float32Array(width * hiddenSize);
  multiply(
    transposed(matrix(du, pairs - first, width, first * width)),
    matrix(reserve.before, pairs - first, hiddenSize, first * hiddenSize),
    matrix(weight_hh, width, hiddenSize),
  );
  const dx = new Float32Array(pairs * inputSize);
  multiply(matrix(da, pairs, width), matrix(weights.weight_ih, width, inputSize), matrix(dx, pairs, inputSize));
  const bias_ih = sumRows(da, width);
  return {
    weights: { weight_ih, weight_hh, bias_ih, bias_hh: cell.sumsInputs ? bias_ih.slice() : sumRows(du, width) },
    dx,
  };
};
