import {
  add,
  concat,
  gather,
  matMul,
  reshape,
  slice,
  split,
  stack,
  sum,
  tensor1d,
  tile,
  unstack,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { COMPOSED_CELLS } from './composedCells.js';
import type { ComposedCell, ComposedStates } from './composedCells.js';
import type { CellWeights, RecurrentPass } from './RecurrentPass.js';
import type { RecurrentEngine } from './RecurrentEngine.js';
import type { Schedule } from './Schedule.js';

const indices = (values: Int32Array): Tensor => tensor1d(values, 'int32');

/** `count` rows of a matrix, from `start` on. */
const rowsOf = (matrix: Tensor, count: number, start = 0): Tensor =>
  slice(matrix, [start, 0], [count, matrix.shape[1]!]);

/** The matrix with its first rows replaced. */
const replaceFirst = (matrix: Tensor, first: Tensor): Tensor => {
  const rest = matrix.shape[0] - first.shape[0];
  return rest === 0 ? first : concat([first, rowsOf(matrix, rest, first.shape[0])]);
};

/**
 * A matrix of `count` rows whose row index[k] is row k of `pairs`, zeros elsewhere. It is a gather, since no index
 * occurs twice.
 */
const spread = (pairs: Tensor, index: Int32Array, count: number): Tensor => {
  const from = new Int32Array(count).fill(index.length);
  index.forEach((to, pair) => (from[to] = pair));
  return gather(concat([pairs, zeros([1, pairs.shape[1]!])]), indices(from));
};

/** x·weightᵀ + bias, for every row of x. */
const project = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => add(matMul(x, weight, false, true), bias);

/** One direction of a layer, or a single cell. */
interface Direction {
  readonly cell: ComposedCell;
  readonly schedule: Schedule;
  readonly weights: CellWeights<Tensor>;
  /** The inputs by pairs, shape [N, I]. */
  readonly x: Tensor;
  /** Whether the run starts from given states or from zeros. */
  readonly fromState: boolean;
}

/** Converts states from the order of the batch to the order of the schedule, and back. */
const toOrder = (states: Tensor, { order }: Schedule): Tensor => gather(states, indices(order));
const fromOrder = (states: Tensor, { order }: Schedule): Tensor => spread(states, order, order.length);

const mapStates = ({ h, c }: ComposedStates, map: (states: Tensor) => Tensor): ComposedStates => ({
  h: map(h),
  c: c && map(c),
});

/** Runs all steps on the states, in the order of the schedule. Outputs and reserve are in the order of the pairs. */
const runForward = (
  { cell, schedule, weights, x, fromState }: Direction,
  initial: ComposedStates,
): { final: ComposedStates; output: Tensor; reserve: Tensor } => {
  const { active, offsets } = schedule;
  const a = project(x, weights.weight_ih, weights.bias_ih);
  let states = initial;
  const output: Tensor[] = [];
  const reserve: Tensor[] = [];
  active.forEach((rows, step) => {
    const before = mapStates(states, (all) => rowsOf(all, rows));
    const u =
      fromState || step > 0
        ? project(before.h, weights.weight_hh, weights.bias_hh)
        : tile(reshape(weights.bias_hh, [1, -1]), [rows, 1]);
    const { after, kept } = cell.forward(rowsOf(a, rows, offsets[step]), u, before);
    states = { h: replaceFirst(states.h, after.h), c: states.c && after.c && replaceFirst(states.c, after.c) };
    output.push(after.h);
    reserve.push(concat([before.h, ...kept], 1));
  });
  return { final: states, output: concat(output), reserve: concat(reserve) };
};

/** Propagates the gradients of the final states, in the order of the schedule, back through the steps. */
const runBackward = (
  { cell, schedule, weights, x, fromState }: Direction,
  reserve: Tensor,
  dFinal: ComposedStates,
  dOutput: Tensor | undefined,
): { dInitial: ComposedStates; dWeights: CellWeights<Tensor>; dx: Tensor } => {
  const { active, offsets } = schedule;
  const units = weights.weight_hh.shape[1]!;
  let d = dFinal;
  const das: Tensor[] = [];
  const dus: Tensor[] = [];
  for (let step = active.length - 1; step >= 0; step--) {
    const rows = active[step]!;
    const after = mapStates(d, (all) => rowsOf(all, rows));
    const [h, ...kept] = split(rowsOf(reserve, rows, offsets[step]), 1 + cell.kept, 1) as [Tensor, ...Tensor[]];
    const { da, du, before } = cell.backward(
      kept,
      h,
      dOutput === undefined ? after : { ...after, h: add(after.h, rowsOf(dOutput, rows, offsets[step])) },
    );
    const dh = fromState || step > 0 ? add(before.h, matMul(du, weights.weight_hh)) : before.h;
    d = { h: replaceFirst(d.h, dh), c: d.c && before.c && replaceFirst(d.c, before.c) };
    das.unshift(da);
    dus.unshift(du);
  }
  const da = concat(das);
  const du = concat(dus);
  const h = slice(reserve, [0, 0], [reserve.shape[0], units]);
  return {
    dInitial: d,
    dWeights: {
      weight_ih: matMul(da, x, true),
      weight_hh: matMul(du, h, true),
      bias_ih: sum(da, 0),
      bias_hh: sum(du, 0),
    },
    dx: matMul(da, weights.weight_ih),
  };
};

/** Splits final states, or their gradients, by direction, and joins them again. */
const splitStates = (states: Tensor, { directions, stateShape }: RecurrentPass<Tensor>): readonly Tensor[] =>
  stateShape.length === 3 ? unstack(states) : split(states, directions.length, 1);
const joinStates = (states: readonly Tensor[], { stateShape }: RecurrentPass<Tensor>): Tensor =>
  stateShape.length === 3 ? stack([...states]) : concat([...states], 1);

/** The initial states by direction; undefined if there are none. */
const splitInitial = (
  states: Tensor | undefined,
  { directions, batch, hiddenSize }: RecurrentPass<Tensor>,
): readonly Tensor[] | undefined => states && unstack(reshape(states, [directions.length, batch, hiddenSize]));

const directionsOf = (
  cell: ComposedCell,
  { x, batch, time, inputSize, directions, fromState }: RecurrentPass<Tensor>,
): readonly Direction[] => {
  const inputs = reshape(x, [batch * time, inputSize]);
  return directions.map(({ weights, schedule }) => ({
    cell,
    schedule,
    weights,
    x: gather(inputs, indices(schedule.index)),
    fromState,
  }));
};

/** Recurrent layers as compositions of stock ops, for backends without kernels of this library. */
export const composition: RecurrentEngine<Tensor> = {
  forward: (name, pass, { h0, c0 }, wantsReserve) => {
    const { batch, time, hiddenSize: units } = pass;
    const hs = splitInitial(h0, pass);
    const cs = splitInitial(c0, pass);
    const runs = directionsOf(COMPOSED_CELLS[name], pass).map((direction, d) => {
      const start = (of: readonly Tensor[] | undefined): Tensor =>
        of === undefined ? zeros([batch, units]) : toOrder(of[d]!, direction.schedule);
      const run = runForward(direction, { h: start(hs), c: name === 'lstm' ? start(cs) : undefined });
      return {
        ...run,
        schedule: direction.schedule,
        final: mapStates(run.final, (states) => fromOrder(states, direction.schedule)),
      };
    });
    return {
      output: pass.outputs
        ? reshape(
            concat(
              runs.map(({ output, schedule }) => spread(output, schedule.index, batch * time)),
              1,
            ),
            [batch, time, runs.length * units],
          )
        : undefined,
      hidden: joinStates(
        runs.map(({ final }) => final.h),
        pass,
      ),
      cell:
        name === 'lstm'
          ? joinStates(
              runs.flatMap(({ final }) => final.c ?? []),
              pass,
            )
          : undefined,
      reserve: wantsReserve ? concat(runs.map(({ reserve }) => reserve)) : zeros([0]),
    };
  },

  backward: (name, pass, reserve, gradients) => {
    const { x, batch, time, fromState, initialShape } = pass;
    const dhs = splitStates(gradients.hidden, pass);
    const dcs = name === 'lstm' ? splitStates(gradients.cell ?? zerosLike(gradients.hidden), pass) : undefined;
    const dOutputs = gradients.output && split(reshape(gradients.output, [batch * time, -1]), dhs.length, 1);
    let from = 0;
    const runs = directionsOf(COMPOSED_CELLS[name], pass).map((direction, d) => {
      const { schedule } = direction;
      const pairs = schedule.index.length;
      const dFinal = mapStates({ h: dhs[d]!, c: dcs?.[d] }, (states) => toOrder(states, schedule));
      const dOutput = dOutputs && gather(dOutputs[d]!, indices(schedule.index));
      const run = runBackward(direction, rowsOf(reserve, pairs, from), dFinal, dOutput);
      from += pairs;
      return {
        dWeights: run.dWeights,
        dx: spread(run.dx, schedule.index, batch * time),
        dInitial: mapStates(run.dInitial, (states) => fromOrder(states, schedule)),
      };
    });
    return {
      x: reshape(
        runs.map(({ dx }) => dx).reduce((total, dx) => add(total, dx)),
        [...x.shape],
      ),
      weights: runs.map(({ dWeights }) => dWeights),
      h0: fromState ? reshape(stack(runs.map(({ dInitial }) => dInitial.h)), [...initialShape]) : undefined,
      c0:
        fromState && name === 'lstm'
          ? reshape(stack(runs.flatMap(({ dInitial }) => dInitial.c ?? [])), [...initialShape])
          : undefined,
    };
  },
};
