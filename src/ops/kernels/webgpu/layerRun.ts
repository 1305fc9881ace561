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

/** What of a run the shaders of its directions need; the inputs' share of each step comes with it as a product. */
export type LayerRun = Omit<RecurrentPass<Tensor>, 'x' | 'time' | 'inputSize'>;

const FLOAT = 4;

/**
 * How many rows fit into what a workgroup's invocations share: their states before and after a step, or their
 * gradients. None where not even one does.
 */
export const rowsTogether = (cell: CellName, units: number): RowsTogether | undefined => {
  const room = workgroupLimits().bytes - FLOAT; // beside them, the number of steps
  const row = Math.max(2, CELL_SHADERS[cell].gates) * units * FLOAT;
  return ([4, 2, 1] as const).find((rows) => rows * row <= room);
};

/** Units that are computed side by side: in whole groups of 32, as devices run them. */
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
 * Where what a run puts out stands in the one array of it: final states, then of each direction the outputs by pairs,
 * the states before each step, and what the cell keeps.
 */
export interface RunLayout {
  /** The final cell states; the hidden ones stand at 0. */
  readonly cell: number;
  readonly outputs: readonly number[];
  readonly before: readonly number[];
  readonly kept: readonly number[];
  readonly size: number;
}

/** The layout of a run's result; `reserve` says whether the backward pass may follow. */
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
 * Where direction d's states begin in those of all, and how far one row's are from the next one's: [D, B, H] one
 * direction after the other, or [B, D·H] side by side.
 */
const statesOf = (
  { batch, hiddenSize, directions, stateShape }: LayerRun,
  d: number,
): { readonly finalAt: number; readonly finalStep: number } =>
  stateShape.length === 3
    ? { finalAt: d * batch * hiddenSize, finalStep: hiddenSize }
    : { finalAt: d * hiddenSize, finalStep: directions.length * hiddenSize };

/** A direction's share of the input: x·W_ihᵀ + b_ih, and which row of it each pair takes. */
export interface Projection {
  readonly a: Tensor;
  readonly places: Int32Array;
}

/**
 * Takes a run's rows through their steps, one dispatch a direction.
 *
 * @returns everything in one array, which {@link runLayout} knows
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

/** Gradients of a run, in one array: of a and of u of each direction by pairs, then of the initial states. */
export interface GradientLayout {
  readonly da: readonly number[];
  readonly du: readonly number[];
  /** The initial hidden states' [D, B, H], then the cell states'. */
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

/** What a backward run gives. */
export interface RunBack {
  readonly result: Tensor;
  readonly layout: GradientLayout;
}

/**
 * Takes the gradients of what a run put out back through its steps, one dispatch a direction.
 *
 * @param saved what {@link forwardRun} gave
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

/** A matrix that stands in an array. */
export const matrixAt = (array: Tensor, at: number, shape: readonly [number, number]): Tensor =>
  reshape(slice(array, [at], [shape[0] * shape[1]]), [...shape]);
