import type { CellName, CellWeights } from '../../../recurrent/internal/RecurrentPass.js';
import type { Schedule } from '../../../recurrent/internal/Schedule.js';
import type { KernelArguments } from './kernelArguments.js';
import type { KernelMachine, Resident } from './KernelMachine.js';
import { WORD } from './KernelMemory.js';
import { gatherRows, fillZeros, multiplyTransposed, panelsOf, sumRows, tasksFor } from './products.js';

/**
 * The cells in assembly/: the number of the cell, the number of blocks of H rows in its weights, the number of values
 * that it keeps per unit and step, and whether it uses only the sum of a and u.
 */
export const SIMD_CELLS: Readonly<
  Record<
    CellName,
    { readonly code: number; readonly gates: number; readonly keeps: number; readonly sumsInputs: boolean }
  >
> = {
  rnn: { code: 0, gates: 1, keeps: 1, sumsInputs: true },
  gru: { code: 1, gates: 3, keeps: 4, sumsInputs: false },
  lstm: { code: 2, gates: 4, keeps: 6, sumsInputs: true },
};

/** Allocates a block that is freed when the kernel ends. */
export type Take = (bytes: number) => number;

/** One direction of a layer, or a single cell, in the memory of the kernels. All positions are addresses. */
export interface DirectionRun {
  readonly machine: KernelMachine;
  readonly cell: CellName;
  readonly units: number;
  readonly schedule: Schedule;
  readonly weights: CellWeights<Resident>;
  readonly fromState: boolean;
  /**
   * The hidden states before each step, [N, H], and the values that the cell keeps, [N, keeps·H] (0 if nothing is
   * kept).
   */
  readonly before: number;
  readonly kept: number;
  /**
   * The final states or their gradients. Row b starts at b·finalStep values. `finalCell` is 0 if there are no cell
   * states.
   */
  readonly final: number;
  readonly finalCell: number;
  readonly finalStep: number;
  /** The outputs or their gradients. Row r starts at r·outputStep values. 0 if they are not needed. */
  readonly output: number;
  readonly outputStep: number;
}

/** Copies integers into a new block. */
export const putInts = (machine: KernelMachine, take: Take, values: Int32Array): number => {
  const block = take(values.byteLength);
  machine.memory.putInts(block, values);
  return block;
};

/**
 * The number of rows per task, for all their steps: enough to make reading a panel worthwhile, and few enough to give
 * every thread work.
 */
const groupFor = (batch: number): number => Math.min(16, Math.max(4, Math.ceil(batch / 16) * 4));

/** The arguments that both passes have. The caller sets those of its pass. */
const passArguments = (run: DirectionRun, take: Take): Mutable<KernelArguments<'forward'>> => {
  const { machine, cell, units, schedule, fromState, before, kept, final, finalCell, finalStep, output, outputStep } =
    run;
  const { code, gates, keeps } = SIMD_CELLS[cell];
  const { order, active, offsets, index } = schedule;
  const batch = order.length;
  return {
    cell: code,
    units,
    gates,
    keeps,
    steps: active.length,
    batch,
    group: groupFor(batch),
    fromState: fromState ? 1 : 0,
    active: putInts(machine, take, active),
    offsets: putInts(machine, take, offsets),
    order: putInts(machine, take, order),
    place: 0,
    index: output === 0 ? 0 : putInts(machine, take, index),
    projection: 0,
    panels: 0,
    bias: 0,
    scratch: 0,
    before,
    kept,
    final,
    finalCell,
    finalStep,
    output,
    outputStep,
    states: cell === 'lstm' ? take(batch * units * WORD) : 0,
    firstStates: 0,
    dStates: 0,
    da: 0,
    du: 0,
  };
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const isRecurrent = ({ schedule, fromState }: DirectionRun): boolean => fromState || schedule.active.length > 1;

/** The addresses of the initial states, and the distance between two rows. */
export interface InitialAddresses {
  readonly h0: number;
  readonly c0: number;
}

/**
 * Runs all steps of all rows.
 *
 * @param projection a = x·W_ihᵀ + b_ih
 * @param place int32 [N], the row of `projection` of each pair; 0 if its rows are in the order of the pairs
 * @param initial the addresses of the initial states, [B, H] each; undefined for zeros
 */
export const forwardDirection = (
  run: DirectionRun,
  take: Take,
  projection: number,
  place: number,
  initial: InitialAddresses | undefined,
): void => {
  const { machine, units, weights, before } = run;
  const args = passArguments(run, take);
  const { batch, states } = args;
  const bytes = batch * units * WORD;
  const { h0, c0 } = initial ?? { h0: 0, c0: 0 };
  const inOrder = (from: number, to: number): void => gatherRows(machine, from, args.order, batch, units, to);
  if (h0 === 0) fillZeros(machine, before, bytes);
  else inOrder(h0, before);
  if (states !== 0 && c0 !== 0) {
    args.firstStates = take(bytes);
    inOrder(c0, args.firstStates);
  }
  args.projection = projection;
  args.place = place;
  args.panels = isRecurrent(run) ? panelsOf(machine, weights.weight_hh, true).at : 0;
  args.bias = weights.bias_hh.at;
  args.scratch = take(batch * args.gates * units * WORD);
  machine.threads.run('forward', tasksFor(batch, args.group), args);
};

/**
 * The addresses of the gradients of a direction, except those of its weights: of a, [N, G·H], and of the initial
 * states, in the order of the schedule.
 */
export interface DirectionGradients {
  readonly da: number;
  readonly dh0: number;
  readonly dc0: number;
}

/**
 * Propagates the gradients of the final states and of the outputs back through the steps, and writes the gradients of
 * weight_hh and bias_hh.
 *
 * Only dh = du·W_hh must be computed step by step. The gradient of weight_hh is one product over all steps.
 */
export const backwardDirection = (
  run: DirectionRun,
  take: Take,
  dWeightHh: number,
  dBiasHh: number,
): DirectionGradients => {
  const { machine, cell, units, schedule, weights, fromState, before } = run;
  const { gates, sumsInputs } = SIMD_CELLS[cell];
  const args = passArguments(run, take);
  const width = gates * units;
  const pairs = schedule.index.length;
  const da = take(pairs * width * WORD);
  const du = sumsInputs ? da : take(pairs * width * WORD);
  args.da = da;
  args.du = du;
  args.dStates = take(args.batch * units * WORD);
  args.panels = isRecurrent(run) ? panelsOf(machine, weights.weight_hh, false).at : 0;
  machine.threads.run('backward', tasksFor(args.batch, args.group), args);
  // dW_hh = duᵀ·h. If the run starts from zeros, the first step adds nothing
  const first = fromState ? 0 : schedule.offsets[1]!;
  multiplyTransposed(
    machine,
    du + first * width * WORD,
    width,
    before + first * units * WORD,
    units,
    pairs - first,
    dWeightHh,
  );
  sumRows(machine, du, pairs, width, dBiasHh);
  return { da, dh0: args.dStates, dc0: args.states };
};
