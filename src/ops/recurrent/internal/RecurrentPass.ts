import { layerSchedules, schedule } from './Schedule.js';
import type { Reading, Schedule } from './Schedule.js';

/** The kinds of cells. */
export type CellName = 'rnn' | 'gru' | 'lstm';

/**
 * The weights of one direction, or of a single cell, under PyTorch's names. G, the number of gates, is 1 for the RNN, 3
 * (r, z, n) for the GRU, 4 (i, f, g, o) for the LSTM.
 */
export interface CellWeights<T> {
  /** Input weights, shape [G·H, I]. */
  readonly weight_ih: T;
  /** Recurrent weights, shape [G·H, H]. */
  readonly weight_hh: T;
  /** Input biases, shape [G·H]. */
  readonly bias_ih: T;
  /** Recurrent biases, shape [G·H]. */
  readonly bias_hh: T;
}

/**
 * The weights of a layer under PyTorch's names. The layer is bidirectional if the weights of the reverse direction are
 * given. The shapes are those of {@link CellWeights}.
 */
export interface LayerWeights<T> {
  readonly weight_ih_l0: T;
  readonly weight_hh_l0: T;
  readonly bias_ih_l0: T;
  readonly bias_hh_l0: T;
  readonly weight_ih_l0_reverse?: T | undefined;
  readonly weight_hh_l0_reverse?: T | undefined;
  readonly bias_ih_l0_reverse?: T | undefined;
  readonly bias_hh_l0_reverse?: T | undefined;
}

/** Initial states. Default zeros. Only an LSTM has a cell state. */
export interface InitialStates<T> {
  /** Hidden states: shape [D, B, H] for a layer, [B, H] for a single cell. */
  readonly h0?: T | undefined;
  /** Cell states, in the same shape. */
  readonly c0?: T | undefined;
}

/** The attributes of the kernel of a layer and of the kernel of its gradient. */
export interface LayerAttributes {
  /** The length of each row in tokens, shape [B]. */
  readonly lengths: Int32Array;
  /** Whether the layer also runs over the padding. */
  readonly overPadding: boolean;
  /** Whether initial states are given: `h0`, and `c0` for an LSTM. */
  readonly fromState: boolean;
  /** Whether a backward pass may follow. If not, the reserve is empty. */
  readonly reserve: boolean;
}

/** The attributes of the kernel of a single cell and of the kernel of its gradient. */
export type CellAttributes = Pick<LayerAttributes, 'reserve'>;

/** An object with a shape: a tensor, or the values of a kernel. */
interface Shaped {
  readonly shape: readonly number[];
}

/** One run of a recurrent layer, the same for every implementation: the inputs, and the rows of each step. */
export interface RecurrentPass<T> {
  /** The inputs, B·T rows of I values; row i at step t has the index i · T + t. */
  readonly x: T;
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Weights and schedule of each direction, the forward one first. */
  readonly directions: readonly { readonly weights: CellWeights<T>; readonly schedule: Schedule }[];
  /** Whether it starts from given states or from zeros. */
  readonly fromState: boolean;
  /** The shape of the initial states: [D, B, H], or [B, H] for a single cell. */
  readonly initialShape: readonly number[];
  /** Whether the output of every step is needed, or only the final states. */
  readonly outputs: boolean;
  /** The shape of the final states: [D, B, H] one direction after the other, or [B, D·H] side by side. */
  readonly stateShape: readonly [number, number, number] | readonly [number, number];
}

/** Whether the weights are those of two directions. */
export const isBidirectional = <T>(weights: LayerWeights<T>): boolean => weights.weight_ih_l0_reverse !== undefined;

/** The weights of each direction of a layer, the forward one first. */
export const weightsByDirection = <T>(layer: LayerWeights<T>): readonly CellWeights<T>[] => {
  const forward = {
    weight_ih: layer.weight_ih_l0,
    weight_hh: layer.weight_hh_l0,
    bias_ih: layer.bias_ih_l0,
    bias_hh: layer.bias_hh_l0,
  };
  const {
    weight_ih_l0_reverse: weight_ih,
    weight_hh_l0_reverse: weight_hh,
    bias_ih_l0_reverse: bias_ih,
    bias_hh_l0_reverse: bias_hh,
  } = layer;
  if (weight_ih === undefined || weight_hh === undefined || bias_ih === undefined || bias_hh === undefined)
    return [forward];
  return [forward, { weight_ih, weight_hh, bias_ih, bias_hh }];
};

/** The run for the inputs and attributes of a layer. */
export const layerPass = <T extends Shaped>(
  inputs: LayerWeights<T> & { readonly x: T },
  { lengths, overPadding, fromState }: LayerAttributes,
  reading: Reading,
): RecurrentPass<T> => {
  const [batch, time, inputSize] = inputs.x.shape as [number, number, number];
  const hiddenSize = inputs.weight_hh_l0.shape[1]!;
  const weights = weightsByDirection(inputs);
  const schedules = layerSchedules(lengths, time, weights.length, overPadding, reading);
  const oneAfterTheOther = [weights.length, batch, hiddenSize] as const;
  return {
    x: inputs.x,
    batch,
    time,
    inputSize,
    hiddenSize,
    directions: weights.map((ofDirection, d) => ({ weights: ofDirection, schedule: schedules[d]! })),
    fromState,
    initialShape: oneAfterTheOther,
    outputs: reading === 'all',
    stateShape: reading === 'all' ? oneAfterTheOther : [batch, weights.length * hiddenSize],
  };
};

/** The run of a single cell: one direction of one step from a given state. */
export const cellPass = <T extends Shaped>({ x, ...weights }: CellWeights<T> & { readonly x: T }): RecurrentPass<T> => {
  const [batch, inputSize] = x.shape as [number, number];
  const hiddenSize = weights.weight_hh.shape[1]!;
  return {
    x,
    batch,
    time: 1,
    inputSize,
    hiddenSize,
    directions: [{ weights, schedule: schedule(1, new Int32Array(batch).fill(1), () => 0, 1) }],
    fromState: true,
    initialShape: [batch, hiddenSize],
    outputs: false,
    stateShape: [batch, hiddenSize],
  };
};
