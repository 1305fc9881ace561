import type { OpKernel } from '../../definition/defineOp.js';
import { EMBEDDED_OPS } from '../../recurrent/internal/embeddedOps.js';
import type { EmbeddedAttributes, EmbeddedGradInputs, EmbeddedInputs } from '../../recurrent/internal/embeddedOps.js';
import { pairsByToken } from '../../recurrent/internal/distinctTokens.js';
import { embeddedPlan } from '../../recurrent/internal/embeddedPlan.js';
import type { EmbeddedDirection } from '../../recurrent/internal/embeddedPlan.js';
import { weightsByDirection } from '../../recurrent/internal/RecurrentPass.js';
import type { CellName, CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import type { Schedule } from '../../recurrent/internal/Schedule.js';
import { SIMD_CELLS, backwardDirection, forwardDirection, putInts } from './machine/directionRun.js';
import type { DirectionRun } from './machine/directionRun.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';
import {
  fillZeros,
  gatherRows,
  multiply,
  multiplyTransposed,
  panelsOf,
  scatterRows,
  sumGroups,
  sumRows,
} from './machine/products.js';
import { projectionTable } from './projectionTable.js';
import { simdKernel } from './machine/simdKernel.js';

/** The offset of the part of a direction in the reserve, in values. */
const reserveStart = (plan: readonly EmbeddedDirection[], keeps: number, units: number, d: number): number =>
  plan.slice(0, d).reduce((sum, { schedule }) => sum + schedule.index.length * (1 + keeps) * units, 0);

/** Embedding and layer. The results are the output of each row at its last token, and the reserve. */
export const embeddedForward = (
  cell: CellName,
  machine: KernelMachine,
  { embeddings, ...layer }: EmbeddedInputs<Resident>,
  attributes: EmbeddedAttributes,
): readonly [Resident, Resident] => {
  const { gates, keeps } = SIMD_CELLS[cell];
  const directions = weightsByDirection(layer);
  const plan = embeddedPlan(attributes, directions.length);
  const units = layer.weight_hh_l0.shape[1]!;
  const inputSize = embeddings.shape[1]!;
  const last = machine.makeResult(attributes.size, directions.length * units);
  const reserve = machine.makeReserve(attributes.reserve ? reserveStart(plan, keeps, units, plan.length) : 0);

  directions.forEach((weights, d) =>
    machine.memory.borrow((take) => {
      const { schedule, distinct } = plan[d]!;
      const pairs = schedule.index.length;
      // a = x·W_ihᵀ + b_ih for every token of the vocabulary, or for each distinct token of the batch
      const table = attributes.reserve
        ? undefined
        : projectionTable(machine, embeddings, weights, distinct.tokens.length);
      const projection = table ?? take(distinct.tokens.length * gates * units * WORD);
      if (table === undefined) {
        const x = take(distinct.tokens.length * inputSize * WORD);
        gatherRows(
          machine,
          embeddings.at,
          putInts(machine, take, distinct.tokens),
          distinct.tokens.length,
          inputSize,
          x,
        );
        multiply(
          machine,
          x,
          distinct.tokens.length,
          panelsOf(machine, weights.weight_ih, true),
          weights.bias_ih.at,
          projection,
        );
      }
      const place = putInts(
        machine,
        take,
        table === undefined ? distinct.place : distinct.place.map((at) => distinct.tokens[at]!),
      );
      const before = attributes.reserve
        ? reserve.at + reserveStart(plan, keeps, units, d) * WORD
        : take(pairs * units * WORD);
      const run = directionRun(
        machine,
        cell,
        units,
        schedule,
        weights,
        before,
        attributes.reserve,
        last.at,
        d,
        directions.length,
      );
      forwardDirection(run, take, projection, place, undefined);
    }),
  );
  return [last, reserve];
};

/** A direction of a run that starts from zeros and needs only the output of each row at its last token. */
const directionRun = (
  machine: KernelMachine,
  cell: CellName,
  units: number,
  schedule: Schedule,
  weights: CellWeights<Resident>,
  before: number,
  kept: boolean,
  last: number,
  d: number,
  directions: number,
): DirectionRun => ({
  machine,
  cell,
  units,
  schedule,
  weights,
  before,
  fromState: false,
  kept: kept ? before + schedule.index.length * units * WORD : 0,
  final: last + d * units * WORD,
  finalCell: 0,
  finalStep: directions * units,
  output: 0,
  outputStep: 0,
});

/** The gradients of the embeddings and of the weights of the layer. */
export const embeddedBackward = (
  cell: CellName,
  machine: KernelMachine,
  { embeddings, reserve, dLast, ...layer }: EmbeddedGradInputs<Resident>,
  attributes: EmbeddedAttributes,
): readonly Resident[] => {
  const { gates, keeps } = SIMD_CELLS[cell];
  const directions = weightsByDirection(layer);
  const plan = embeddedPlan(attributes, directions.length);
  const units = layer.weight_hh_l0.shape[1]!;
  const width = gates * units;
  const [vocabularySize, inputSize] = embeddings.shape as [number, number];
  const dEmbeddings = machine.makeResult(vocabularySize, inputSize);
  fillZeros(machine, dEmbeddings.at, vocabularySize * inputSize * WORD);

  const dWeights = directions.flatMap((weights, d) =>
    machine.memory.borrow((take) => {
      const { schedule, distinct } = plan[d]!;
      const count = distinct.tokens.length;
      const dWeightIh = machine.makeResult(width, inputSize);
      const dWeightHh = machine.makeResult(width, units);
      const dBiasIh = machine.makeResult(width);
      const dBiasHh = machine.makeResult(width);
      const before = reserve.at + reserveStart(plan, keeps, units, d) * WORD;
      const run = directionRun(machine, cell, units, schedule, weights, before, true, dLast.at, d, directions.length);
      const { da } = backwardDirection(run, take, dWeightHh.at, dBiasHh.at);

      // dp[u] = Σ da over the pairs of token u; dW_ih = dpᵀ·x, db_ih = Σ dp, dx = dp·W_ih
      const { members, starts } = pairsByToken(distinct);
      const dp = take(count * width * WORD);
      sumGroups(machine, da, putInts(machine, take, members), putInts(machine, take, starts), count, width, dp);
      const x = take(count * inputSize * WORD);
      gatherRows(machine, embeddings.at, putInts(machine, take, distinct.tokens), count, inputSize, x);
      multiplyTransposed(machine, dp, width, x, inputSize, count, dWeightIh.at);
      sumRows(machine, dp, count, width, dBiasIh.at);
      const dx = take(count * inputSize * WORD);
      multiply(machine, dp, count, panelsOf(machine, weights.weight_ih, false), 0, dx);
      const rows = putInts(
        machine,
        take,
        distinct.tokens.map((token) => (token === attributes.padIndex ? -1 : token)),
      );
      scatterRows(machine, dx, rows, count, inputSize, dEmbeddings.at);
      return [dWeightIh, dWeightHh, dBiasIh, dBiasHh];
    }),
  );
  return [dEmbeddings, ...dWeights];
};

/** The kernels that combine embedding and recurrent layer. */
export const embeddedRecurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { last, lastBidirectional, lastGrad } = EMBEDDED_OPS[cell];
  return [
    simdKernel(last, (machine, inputs, attributes) => embeddedForward(cell, machine, inputs, attributes)),
    simdKernel(lastBidirectional, (machine, inputs, attributes) => embeddedForward(cell, machine, inputs, attributes)),
    simdKernel(lastGrad, (machine, inputs, attributes) => embeddedBackward(cell, machine, inputs, attributes)),
  ];
});
