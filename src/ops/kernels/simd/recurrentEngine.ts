import type { CellWeights, RecurrentPass } from '../../recurrent/internal/RecurrentPass.js';
import type { RecurrentEngine } from '../../recurrent/internal/RecurrentEngine.js';
import { SIMD_CELLS, backwardDirection, forwardDirection, putInts } from './machine/directionRun.js';
import type { DirectionRun, Take } from './machine/directionRun.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';
import {
  fillZeros,
  gatherRows,
  multiply,
  multiplyTransposed,
  panelsOf,
  scatterRows,
  sumRows,
} from './machine/products.js';

/**
 * The offset of the final states of direction d, and the distance between two rows: [D, B, H] one direction after the
 * other, or [B, D·H] side by side.
 */
const statesOf = (
  { batch, hiddenSize, directions, stateShape }: RecurrentPass<Resident>,
  d: number,
): { readonly start: number; readonly step: number } =>
  stateShape.length === 3
    ? { start: d * batch * hiddenSize, step: hiddenSize }
    : { start: d * hiddenSize, step: directions.length * hiddenSize };

/**
 * The offset of the part of direction d in the reserve, in values. It holds the hidden states before each step, then
 * the values that the cell keeps.
 */
const reserveStart = ({ directions, hiddenSize }: RecurrentPass<Resident>, keeps: number, d: number): number =>
  directions.slice(0, d).reduce((sum, { schedule }) => sum + schedule.index.length * (1 + keeps) * hiddenSize, 0);

const offset = (base: number | undefined, values: number): number => (base === undefined ? 0 : base + values * WORD);

/**
 * Recurrent layers with the kernels of assembly/: one direction after the other, with the rows of each divided among
 * the threads.
 */
export const recurrentEngine = (machine: KernelMachine): RecurrentEngine<Resident> => {
  const xByPairs = (take: Take, { x, inputSize }: RecurrentPass<Resident>, index: number, pairs: number): number => {
    const gathered = take(pairs * inputSize * WORD);
    gatherRows(machine, x.at, index, pairs, inputSize, gathered);
    return gathered;
  };

  return {
    forward: (cell, pass, { h0, c0 }, wantsReserve) => {
      const { batch, time, hiddenSize: units, directions, fromState } = pass;
      const { gates, keeps } = SIMD_CELLS[cell];
      const hidden = machine.makeResult(...pass.stateShape);
      const final = cell === 'lstm' ? machine.makeResult(...pass.stateShape) : undefined;
      const outputStep = directions.length * units;
      const output = pass.outputs ? machine.makeResult(batch, time, outputStep) : undefined;
      if (output !== undefined) fillZeros(machine, output.at, batch * time * outputStep * WORD);
      const reserve = machine.makeReserve(wantsReserve ? reserveStart(pass, keeps, directions.length) : 0);

      directions.forEach(({ weights, schedule }, d) =>
        machine.memory.borrow((take) => {
          const pairs = schedule.index.length;
          const projection = take(pairs * gates * units * WORD);
          multiply(
            machine,
            xByPairs(take, pass, putInts(machine, take, schedule.index), pairs),
            pairs,
            panelsOf(machine, weights.weight_ih, true),
            weights.bias_ih.at,
            projection,
          );
          const { start, step: finalStep } = statesOf(pass, d);
          const before = wantsReserve ? reserve.at + reserveStart(pass, keeps, d) * WORD : take(pairs * units * WORD);
          const run: DirectionRun = {
            machine,
            cell,
            units,
            schedule,
            weights,
            fromState,
            before,
            finalStep,
            outputStep,
            kept: wantsReserve ? before + pairs * units * WORD : 0,
            final: offset(hidden.at, start),
            finalCell: offset(final?.at, start),
            output: offset(output?.at, d * units),
          };
          const initial = d * batch * units;
          forwardDirection(
            run,
            take,
            projection,
            0,
            fromState ? { h0: offset(h0?.at, initial), c0: offset(c0?.at, initial) } : undefined,
          );
        }),
      );
      return { output, hidden, cell: final, reserve };
    },

    backward: (cell, pass, reserve, gradients) => {
      const { hiddenSize: units, inputSize, directions, batch, x, fromState, initialShape } = pass;
      const { gates, keeps } = SIMD_CELLS[cell];
      const width = gates * units;
      const dx = machine.makeResult(...x.shape);
      fillZeros(
        machine,
        dx.at,
        x.shape.reduce((size, side) => size * side, WORD),
      );
      const dh0 = fromState ? machine.makeResult(...initialShape) : undefined;
      const dc0 = fromState && cell === 'lstm' ? machine.makeResult(...initialShape) : undefined;

      const weights = directions.map(({ weights: given, schedule }, d) =>
        machine.memory.borrow((take): CellWeights<Resident> => {
          const of: CellWeights<Resident> = {
            weight_ih: machine.makeResult(width, inputSize),
            weight_hh: machine.makeResult(width, units),
            bias_ih: machine.makeResult(width),
            bias_hh: machine.makeResult(width),
          };
          const pairs = schedule.index.length;
          const { start, step: finalStep } = statesOf(pass, d);
          const before = reserve.at + reserveStart(pass, keeps, d) * WORD;
          const run: DirectionRun = {
            machine,
            cell,
            units,
            schedule,
            weights: given,
            fromState,
            before,
            finalStep,
            kept: before + pairs * units * WORD,
            final: offset(gradients.hidden.at, start),
            finalCell: offset(gradients.cell?.at, start),
            output: offset(gradients.output?.at, d * units),
            outputStep: directions.length * units,
          };
          const { da, dh0: ofH, dc0: ofC } = backwardDirection(run, take, of.weight_hh.at, of.bias_hh.at);

          // dW_ih = daᵀ·x, db_ih = Σ da, dx = da·W_ih
          const index = putInts(machine, take, schedule.index);
          multiplyTransposed(machine, da, width, xByPairs(take, pass, index, pairs), inputSize, pairs, of.weight_ih.at);
          sumRows(machine, da, pairs, width, of.bias_ih.at);
          const byPairs = take(pairs * inputSize * WORD);
          multiply(machine, da, pairs, panelsOf(machine, given.weight_ih, false), 0, byPairs);
          scatterRows(machine, byPairs, index, pairs, inputSize, dx.at);

          const initial = d * batch * units * WORD;
          const order = putInts(machine, take, inverse(schedule.order));
          if (dh0 !== undefined) gatherRows(machine, ofH, order, batch, units, dh0.at + initial);
          if (dc0 !== undefined) gatherRows(machine, ofC, order, batch, units, dc0.at + initial);
          return of;
        }),
      );
      return { x: dx, weights, h0: dh0, c0: dc0 };
    },
  };
};

/** The inverse of a permutation. */
const inverse = (order: Int32Array): Int32Array => {
  const places = new Int32Array(order.length);
  order.forEach((row, place) => (places[row] = place));
  return places;
};
