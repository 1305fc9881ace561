import type { OpKernel } from '../../definition/defineOp.js';
import { membersOf } from '../../internal/membersOf.js';
import { INDEXED_OPS } from '../../recurrent/internal/indexedOps.js';
import type { IndexedAttributes, IndexedGradInputs, IndexedInputs } from '../../recurrent/internal/indexedOps.js';
import { weightsByDirection } from '../../recurrent/internal/RecurrentPass.js';
import type { CellName, CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import { layerSchedules } from '../../recurrent/internal/Schedule.js';
import type { Schedule } from '../../recurrent/internal/Schedule.js';
import { SIMD_CELLS, backwardDirection, forwardDirection, putInts } from './machine/directionRun.js';
import type { DirectionRun } from './machine/directionRun.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';
import {
  fillZeros,
  multiply,
  multiplyTransposed,
  panelsOf,
  scatterRows,
  sumGroups,
  sumRows,
} from './machine/products.js';
import { simdKernel } from './machine/simdKernel.js';

/** The forward and the backward pass have the same attributes object, so the schedules are made once per step. */
const plans = new WeakMap<IndexedAttributes, readonly Schedule[]>();

const schedulesOf = (attributes: IndexedAttributes, directions: number): readonly Schedule[] => {
  const known = plans.get(attributes);
  if (known !== undefined) return known;
  const schedules = layerSchedules(attributes.lengths, attributes.time, directions, false, 'all');
  plans.set(attributes, schedules);
  return schedules;
};

/** The row of values of each pair of a schedule. */
export const placesOf = (places: Int32Array, { index }: Schedule): Int32Array => {
  const found = new Int32Array(index.length);
  for (let pair = 0; pair < found.length; pair++) found[pair] = places[index[pair]!]!;
  return found;
};

/**
 * The offset of the part of direction d in the reserve, in values. All directions have the same number of pairs, one
 * per token.
 */
const reserveStart = (schedules: readonly Schedule[], keeps: number, units: number, d: number): number =>
  d * schedules[0]!.index.length * (1 + keeps) * units;

/** One direction of a run that starts from zeros, with its outputs or their gradients at the address `output`. */
export const directionRun = (
  machine: KernelMachine,
  cell: CellName,
  units: number,
  weights: CellWeights<Resident>,
  schedule: Schedule,
  before: number,
  kept: boolean,
  final: number,
  output: number,
  outputStep: number,
): DirectionRun => ({
  machine,
  cell,
  units,
  schedule,
  weights,
  fromState: false,
  before,
  kept: kept ? before + schedule.index.length * units * WORD : 0,
  final,
  finalCell: 0,
  finalStep: units,
  output,
  outputStep,
});

/** Fills the outputs past the length of each row with zeros. The kernels write all the others. */
const clearPadding = (
  machine: KernelMachine,
  output: number,
  { size, time, lengths }: IndexedAttributes,
  step: number,
): void => {
  const values = machine.memory.floats(output, size * time * step);
  for (let row = 0; row < size; row++)
    if (lengths[row]! < time) values.fill(0, (row * time + lengths[row]!) * step, (row + 1) * time * step);
};

const forward = (
  cell: CellName,
  machine: KernelMachine,
  { rows, ...layer }: IndexedInputs<Resident>,
  attributes: IndexedAttributes,
): readonly [Resident, Resident] => {
  const { gates, keeps } = SIMD_CELLS[cell];
  const { size, time, count, reserve: wantsReserve } = attributes;
  const directions = weightsByDirection(layer);
  const schedules = schedulesOf(attributes, directions.length);
  const units = layer.weight_hh_l0.shape[1]!;
  const step = directions.length * units;
  const output = machine.makeResult(size, time, step);
  clearPadding(machine, output.at, attributes, step);
  const reserve = machine.makeReserve(wantsReserve ? reserveStart(schedules, keeps, units, directions.length) : 0);
  directions.forEach((weights, d) =>
    machine.memory.borrow((take) => {
      const schedule = schedules[d]!;
      const pairs = schedule.index.length;
      // a = x·W_ihᵀ + b_ih for each distinct input
      const projection = take(count * gates * units * WORD);
      multiply(machine, rows.at, count, panelsOf(machine, weights.weight_ih, true), weights.bias_ih.at, projection);
      const before = wantsReserve
        ? reserve.at + reserveStart(schedules, keeps, units, d) * WORD
        : take(pairs * units * WORD);
      const final = take(size * units * WORD);
      const at = output.at + d * units * WORD;
      const run = directionRun(machine, cell, units, weights, schedule, before, wantsReserve, final, at, step);
      forwardDirection(run, take, projection, putInts(machine, take, placesOf(attributes.places, schedule)), undefined);
    }),
  );
  return [output, reserve];
};

const backward = (
  cell: CellName,
  machine: KernelMachine,
  { rows, reserve, dOutput, ...layer }: IndexedGradInputs<Resident>,
  attributes: IndexedAttributes,
): readonly Resident[] => {
  const { gates, keeps } = SIMD_CELLS[cell];
  const { size, count } = attributes;
  const directions = weightsByDirection(layer);
  const schedules = schedulesOf(attributes, directions.length);
  const units = layer.weight_hh_l0.shape[1]!;
  const width = gates * units;
  const inputSize = rows.shape[1]!;
  const step = directions.length * units;
  const dRows = machine.makeResult(count, inputSize);

  const dWeights = directions.flatMap((weights, d) =>
    machine.memory.borrow((take) => {
      const schedule = schedules[d]!;
      const dWeightIh = machine.makeResult(width, inputSize);
      const dWeightHh = machine.makeResult(width, units);
      const dBiasIh = machine.makeResult(width);
      const dBiasHh = machine.makeResult(width);
      const before = reserve.at + reserveStart(schedules, keeps, units, d) * WORD;
      const final = take(size * units * WORD);
      fillZeros(machine, final, size * units * WORD);
      const at = dOutput.at + d * units * WORD;
      const run = directionRun(machine, cell, units, weights, schedule, before, true, final, at, step);
      const { da } = backwardDirection(run, take, dWeightHh.at, dBiasHh.at);

      // dp[u] = Σ da over the pairs that take row u; dW_ih = dpᵀ·rows, db_ih = Σ dp, dRows = dp·W_ih
      const { members, starts } = membersOf(placesOf(attributes.places, schedule), count);
      const dp = take(count * width * WORD);
      sumGroups(machine, da, putInts(machine, take, members), putInts(machine, take, starts), count, width, dp);
      multiplyTransposed(machine, dp, width, rows.at, inputSize, count, dWeightIh.at);
      sumRows(machine, dp, count, width, dBiasIh.at);
      const panels = panelsOf(machine, weights.weight_ih, false);
      if (d === 0) multiply(machine, dp, count, panels, 0, dRows.at);
      else {
        const ofDirection = take(count * inputSize * WORD);
        multiply(machine, dp, count, panels, 0, ofDirection);
        const every = new Int32Array(count);
        for (let row = 0; row < count; row++) every[row] = row;
        scatterRows(machine, ofDirection, putInts(machine, take, every), count, inputSize, dRows.at);
      }
      return [dWeightIh, dWeightHh, dBiasIh, dBiasHh];
    }),
  );
  return [dRows, ...dWeights];
};

/** The kernels of recurrent layers over inputs of which many are equal. */
export const indexedRecurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { layer, bidirectional, grad } = INDEXED_OPS[cell];
  return [
    simdKernel(layer, (machine, inputs, attributes) => forward(cell, machine, inputs, attributes)),
    simdKernel(bidirectional, (machine, inputs, attributes) => forward(cell, machine, inputs, attributes)),
    simdKernel(grad, (machine, inputs, attributes) => backward(cell, machine, inputs, attributes)),
  ];
});
