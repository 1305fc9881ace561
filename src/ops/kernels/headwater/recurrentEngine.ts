import type { CellName, CellWeights, RecurrentPass } from '../../recurrent/internal/RecurrentPass.js';
import type { RecurrentEngine } from '../../recurrent/internal/RecurrentEngine.js';
import type { Schedule } from '../../recurrent/internal/Schedule.js';
import type { CellKernel } from './cells/CellKernel.js';
import { gruCellKernel } from './cells/gru.js';
import { lstmCellKernel } from './cells/lstm.js';
import { rnnCellKernel } from './cells/rnn.js';
import { runBackward, runForward } from './recurrentDirection.js';
import type { Direction, DirectionReserve, States } from './recurrentDirection.js';
import type { Values } from './definition/referenceKernel.js';

const CELLS: Readonly<Record<CellName, CellKernel>> = { rnn: rnnCellKernel, gru: gruCellKernel, lstm: lstmCellKernel };

const data = (values: CellWeights<Values>): CellWeights<Float32Array> => ({
  weight_ih: values.weight_ih.data,
  weight_hh: values.weight_hh.data,
  bias_ih: values.bias_ih.data,
  bias_hh: values.bias_hh.data,
});

const directionOf = (
  cell: CellKernel,
  { x, inputSize, hiddenSize, directions, fromState }: RecurrentPass<Values>,
  d: number,
): Direction => {
  const { weights, schedule } = directions[d]!;
  return { cell, schedule, weights: data(weights), x: x.data, inputSize, hiddenSize, fromState };
};

/**
 * The offset of the final or initial state of a row: [D, B, H] one direction after the other, or [B, D·H] side by side.
 */
const stateAt = (
  { batch, hiddenSize, directions, stateShape }: RecurrentPass<Values>,
  d: number,
  row: number,
): number => (stateShape.length === 3 ? d * batch + row : row * directions.length + d) * hiddenSize;

/** The offset of the initial state of a row, one direction after the other. */
const initialAt = ({ batch, hiddenSize }: RecurrentPass<Values>, d: number, row: number): number =>
  (d * batch + row) * hiddenSize;

/** Converts states from the order of the batch to the order of the schedule; zeros if there are no states. */
const takeStates = (
  from: Values | undefined,
  { order }: Schedule,
  units: number,
  at: (row: number) => number,
): Float32Array => {
  const states = new Float32Array(order.length * units);
  if (from !== undefined)
    for (let place = 0; place < order.length; place++)
      states.set(from.data.subarray(at(order[place]!), at(order[place]!) + units), place * units);
  return states;
};

/** Converts states from the order of the schedule to the order of the batch. */
const putStates = (
  states: Float32Array,
  { order }: Schedule,
  units: number,
  to: Float32Array,
  at: (row: number) => number,
): void => {
  for (let place = 0; place < order.length; place++)
    to.set(states.subarray(place * units, (place + 1) * units), at(order[place]!));
};

/** The offset of the pairs of each direction, and the number of all pairs at the end. */
const pairOffsets = ({ directions }: RecurrentPass<Values>): readonly number[] =>
  directions.reduce<number[]>(
    (offsets, { schedule }) => [...offsets, offsets[offsets.length - 1]! + schedule.index.length],
    [0],
  );

/** The part of the reserve of a direction: its hidden states before each step, then the values that its cell keeps. */
const reserveOf = (
  reserve: Float32Array,
  cell: CellKernel,
  units: number,
  from: number,
  to: number,
): DirectionReserve => {
  const start = from * (1 + cell.kept) * units;
  const middle = start + (to - from) * units;
  return { before: reserve.subarray(start, middle), kept: reserve.subarray(middle, to * (1 + cell.kept) * units) };
};

/**
 * Recurrent layers in plain TypeScript over typed arrays, one direction after the other, each with {@link runForward}
 * and {@link runBackward}.
 */
export const recurrentEngine: RecurrentEngine<Values> = {
  forward: (name, pass, { h0, c0 }, wantsReserve) => {
    const cell = CELLS[name];
    const { batch, time, hiddenSize: units, directions } = pass;
    const offsets = pairOffsets(pass);
    const reserve = new Float32Array(wantsReserve ? offsets[directions.length]! * (1 + cell.kept) * units : 0);
    const output = pass.outputs ? new Float32Array(batch * time * directions.length * units) : undefined;
    const hidden = new Float32Array(batch * directions.length * units);
    const final = name === 'lstm' ? new Float32Array(hidden.length) : undefined;

    directions.forEach(({ schedule }, d) => {
      const states: States = {
        h: takeStates(h0, schedule, units, (row) => initialAt(pass, d, row)),
        c: name === 'lstm' ? takeStates(c0, schedule, units, (row) => initialAt(pass, d, row)) : new Float32Array(0),
      };
      const write =
        output &&
        ((offset: number, rows: number, h: Float32Array): void => {
          for (let k = 0; k < rows; k++)
            output.set(
              h.subarray(k * units, (k + 1) * units),
              (schedule.index[offset + k]! * directions.length + d) * units,
            );
        });
      runForward(
        directionOf(cell, pass, d),
        states,
        wantsReserve ? reserveOf(reserve, cell, units, offsets[d]!, offsets[d + 1]!) : undefined,
        write,
      );
      putStates(states.h, schedule, units, hidden, (row) => stateAt(pass, d, row));
      if (final !== undefined) putStates(states.c, schedule, units, final, (row) => stateAt(pass, d, row));
    });

    const shape = pass.stateShape;
    return {
      output: output && { shape: [batch, time, directions.length * units], data: output },
      hidden: { shape, data: hidden },
      cell: final && { shape, data: final },
      reserve: { shape: [reserve.length], data: reserve },
    };
  },

  backward: (name, pass, reserve, gradients) => {
    const cell = CELLS[name];
    const { hiddenSize: units, inputSize, directions, batch, x, fromState, initialShape } = pass;
    const offsets = pairOffsets(pass);
    const dx = new Float32Array(x.data.length);
    const initialSize = directions.length * batch * units;
    const dh0 = fromState ? new Float32Array(initialSize) : undefined;
    const dc0 = fromState && name === 'lstm' ? new Float32Array(initialSize) : undefined;

    const weights = directions.map(({ weights: given, schedule }, d): CellWeights<Values> => {
      const { index } = schedule;
      const states: States = {
        h: takeStates(gradients.hidden, schedule, units, (row) => stateAt(pass, d, row)),
        c:
          name === 'lstm'
            ? takeStates(gradients.cell, schedule, units, (row) => stateAt(pass, d, row))
            : new Float32Array(0),
      };
      const dOutput = gradients.output?.data;
      const read =
        dOutput &&
        ((offset: number, rows: number, dh: Float32Array): void => {
          for (let k = 0; k < rows; k++) {
            const from = (index[offset + k]! * directions.length + d) * units;
            for (let unit = 0; unit < units; unit++) dh[k * units + unit]! += dOutput[from + unit]!;
          }
        });
      const { weights: of, dx: byPairs } = runBackward(
        directionOf(cell, pass, d),
        states,
        reserveOf(reserve.data, cell, units, offsets[d]!, offsets[d + 1]!),
        read,
      );
      for (let pair = 0; pair < index.length; pair++) {
        const to = index[pair]! * inputSize;
        for (let j = 0; j < inputSize; j++) dx[to + j]! += byPairs[pair * inputSize + j]!;
      }
      if (dh0 !== undefined) putStates(states.h, schedule, units, dh0, (row) => initialAt(pass, d, row));
      if (dc0 !== undefined) putStates(states.c, schedule, units, dc0, (row) => initialAt(pass, d, row));
      return {
        weight_ih: { shape: given.weight_ih.shape, data: of.weight_ih },
        weight_hh: { shape: given.weight_hh.shape, data: of.weight_hh },
        bias_ih: { shape: given.bias_ih.shape, data: of.bias_ih },
        bias_hh: { shape: given.bias_hh.shape, data: of.bias_hh },
      };
    });

    return {
      x: { shape: x.shape, data: dx },
      weights,
      h0: dh0 && { shape: initialShape, data: dh0 },
      c0: dc0 && { shape: initialShape, data: dc0 },
    };
  },
};
