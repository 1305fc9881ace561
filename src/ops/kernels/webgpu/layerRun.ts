import { reshape, slice, transpose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CellName, InitialStates, RecurrentPass } from '../../recurrent/internal/RecurrentPass.js';
import type { ResultGradients } from '../../recurrent/internal/RecurrentEngine.js';
import { backwardCode } from './backwardProgram.js';
import { CELL_SHADERS } from './cellShaders.js';
import type { RowsTogether } from './cellShaders.js';
import { directionPlan } from './directionPlan.js';
import { forwardCode, variantKey } from './forwardProgram.js';
import type { DirectionVariant } from './forwardProgram.js';
import { runProgram, workgroupLimits } from './gpuProgram.js';

/**
 * The part of a run that the shaders of its directions need. The input part of each step is passed separately, as a
 * product.
 */
export type LayerRun = Omit<RecurrentPass<Tensor>, 'x' | 'time' | 'inputSize'>;

const FLOAT = 4;

/**
 * The number of rows whose states before and after a step, or whose gradients, fit into the shared memory of a
 * workgroup. Undefined if not even one row fits.
 */
export const rowsTogether = (cell: CellName, units: number): RowsTogether | undefined => {
  const room = workgroupLimits().bytes - FLOAT; // minus the number of steps, which is stored there too
  const row = Math.max(2, CELL_SHADERS[cell].gates) * units * FLOAT;
  return ([4, 2, 1] as const).find((rows) => rows * row <= room);
};

/** The number of units that are computed in parallel, in whole groups of 32, as devices run them. */
const invocationsFor = (units: number): number =>
  Math.min(256, workgroupLimits().invocations, Math.ceil(units / 32) * 32);

const variantOf = (
  cell: CellName,
  { hiddenSize: units, fromState, outputs }: LayerRun,
  rows: RowsTogether,
  reserve: boolean,
): DirectionVariant => ({
  cell,
  units,
  rows,
  fromState,
  outputs,
  reserve,
  invocations: invocationsFor(units),
});

const pairsOf = ({ directions }: LayerRun): readonly number[] =>
  directions.map(({ schedule }) => schedule.index.length);

const offsets = (start: number, sizes: readonly number[]): readonly number[] =>
  sizes.reduce<number[]>((starts, size) => [...starts, starts[starts.length - 1]! + size], [start]);

/**
 * The offsets of the results of a run in its one array: the final states, then the outputs of all directions in the
 * order of the pairs, the states before each step, and the values that the cell keeps.
 */
export interface RunLayout {
  /** The final cell states. The hidden states are at 0. */
  readonly cell: number;
  readonly outputs: readonly number[];
  readonly before: readonly number[];
  readonly kept: readonly number[];
  readonly size: number;
}

/** The layout of the result of a run. `reserve` is whether a backward pass may follow. */
export const runLayout = (cell: CellName, run: LayerRun, reserve: boolean): RunLayout => {
  const { batch, hiddenSize: units, directions } = run;
  const states = batch * directions.length * units;
  const pairs = pairsOf(run);
  const outputs = offsets(
    cell === 'lstm' ? 2 * states : states,
    pairs.map((count) => (run.outputs ? count * units : 0)),
  );
  const before = offsets(
    outputs[pairs.length]!,
    pairs.map((count) => (reserve ? count * units : 0)),
  );
  const kept = offsets(
    before[pairs.length]!,
    pairs.map((count) => (reserve ? count * units * CELL_SHADERS[cell].kept : 0)),
  );
  return { cell: states, outputs, before, kept, size: kept[pairs.length]! };
};

/**
 * The offset of the states of direction d, and the distance between two rows: [D, B, H] one direction after the other,
 * or [B, D·H] side by side.
 */
const statesOf = (
  { batch, hiddenSize, directions, stateShape }: LayerRun,
  d: number,
): { readonly finalAt: number; readonly finalStep: number } =>
  stateShape.length === 3
    ? { finalAt: d * batch * hiddenSize, finalStep: hiddenSize }
    : { finalAt: d * hiddenSize, finalStep: directions.length * hiddenSize };

/** The input part of a direction: x·W_ihᵀ + b_ih, and the row of it for each pair. */
export interface Projection {
  readonly a: Tensor;
  readonly places: Int32Array;
}

/**
 * Runs all steps of a run, with one dispatch per direction.
 *
 * @returns all results in one array, in the layout of {@link runLayout}
 */
export const forwardRun = (
  cell: CellName,
  run: LayerRun,
  rows: RowsTogether,
  projections: readonly Projection[],
  { h0, c0 }: InitialStates<Tensor>,
  reserve: boolean,
): Tensor => {
  const { batch, hiddenSize: units, directions } = run;
  const layout = runLayout(cell, run, reserve);
  const variant = variantOf(cell, run, rows, reserve);
  const program = {
    key: variantKey('forward', variant),
    code: forwardCode(variant),
    size: layout.size,
    workgroupSize: variant.invocations,
    workgroups: Math.ceil(batch / rows),
  };
  return directions.reduce<Tensor | undefined>((result, { weights, schedule }, d) => {
    const { a, places } = projections[d]!;
    const { finalAt, finalStep } = statesOf(run, d);
    return runProgram(
      {
        ...program,
        inputs: {
          plan: directionPlan(schedule, places),
          a,
          weights: transpose(weights.weight_hh),
          bias: weights.bias_hh,
          ...(h0 && { h0 }),
          ...(c0 && { c0 }),
        },
        integers: {
          batch,
          steps: schedule.active.length,
          finalAt,
          finalCellAt: layout.cell + finalAt,
          finalStep,
          initialAt: d * batch * units,
          outputAt: layout.outputs[d]!,
          beforeAt: layout.before[d]!,
          keptAt: layout.kept[d]!,
        },
      },
      result,
    );
  }, undefined)!;
};

/**
 * The offsets of the gradients of a run in one array: of a and of u of each direction in the order of the pairs, then
 * of the initial states.
 */
export interface GradientLayout {
  readonly da: readonly number[];
  readonly du: readonly number[];
  /** Those of the initial hidden states [D, B, H], then those of the initial cell states. */
  readonly initial: number;
  readonly initialCell: number;
  readonly size: number;
}

const gradientLayout = (cell: CellName, run: LayerRun): GradientLayout => {
  const { batch, hiddenSize: units, directions, fromState } = run;
  const { gates, sumsInputs } = CELL_SHADERS[cell];
  const sizes = pairsOf(run).map((count) => count * gates * units);
  const da = offsets(0, sizes);
  const du = sumsInputs ? da : offsets(da[sizes.length]!, sizes);
  const initial = du[sizes.length]!;
  const states = fromState ? directions.length * batch * units : 0;
  const initialCell = initial + states;
  return { da, du, initial, initialCell, size: initialCell + (cell === 'lstm' ? states : 0) };
};

/** The result of a backward run. */
export interface RunBack {
  readonly result: Tensor;
  readonly layout: GradientLayout;
}

/**
 * Propagates the gradients of the results of a run back through its steps, with one dispatch per direction.
 *
 * @param saved the result of {@link forwardRun}
 */
export const backwardRun = (
  cell: CellName,
  run: LayerRun,
  rows: RowsTogether,
  saved: Tensor,
  gradients: ResultGradients<Tensor>,
): RunBack => {
  const { batch, hiddenSize: units, directions } = run;
  const layout = gradientLayout(cell, run);
  const known = runLayout(cell, run, true);
  const variant = variantOf(cell, run, rows, true);
  const hasCell = gradients.cell !== undefined;
  const program = {
    key: `${variantKey('backward', variant)}${Number(hasCell)}`,
    code: backwardCode(variant, hasCell),
    size: layout.size,
    workgroupSize: variant.invocations,
    workgroups: Math.ceil(batch / rows),
  };
  const result = directions.reduce<Tensor | undefined>((into, { weights, schedule }, d) => {
    const { finalAt, finalStep } = statesOf(run, d);
    return runProgram(
      {
        ...program,
        inputs: {
          plan: directionPlan(schedule, gradients.output === undefined ? new Int32Array(0) : schedule.index),
          saved,
          weights: weights.weight_hh,
          dHidden: gradients.hidden,
          ...(gradients.cell && { dCell: gradients.cell }),
          ...(gradients.output && { dOutput: gradients.output }),
        },
        integers: {
          batch,
          steps: schedule.active.length,
          finalAt,
          finalStep,
          outputAt: d * units,
          outputStep: directions.length * units,
          beforeAt: known.before[d]!,
          keptAt: known.kept[d]!,
          daAt: layout.da[d]!,
          duAt: layout.du[d]!,
          initialAt: layout.initial + d * batch * units,
          initialCellAt: layout.initialCell + d * batch * units,
        },
      },
      into,
    );
  }, undefined)!;
  return { result, layout };
};

/** A matrix that is stored in an array. */
export const matrixAt = (array: Tensor, at: number, shape: readonly [number, number]): Tensor =>
  reshape(slice(array, [at], [shape[0] * shape[1]]), [...shape]);
