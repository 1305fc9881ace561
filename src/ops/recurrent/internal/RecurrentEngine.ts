import type { CellName, CellWeights, InitialStates, RecurrentPass } from './RecurrentPass.js';

/** The result of a run. */
export interface RecurrentResult<T> {
  /** Shape [B, T, D·H]; zero where nothing was computed. Undefined if the run computes no outputs. */
  readonly output: T | undefined;
  /** Final hidden states, in the shape `stateShape` of the run. */
  readonly hidden: T;
  /** Final cell states of an LSTM, in the same shape. */
  readonly cell: T | undefined;
  /** The values that the backward pass needs, or an empty tensor if no backward pass follows. */
  readonly reserve: T;
}

/** The gradients of the result of a run; undefined means zeros. */
export interface ResultGradients<T> {
  readonly output: T | undefined;
  readonly hidden: T;
  readonly cell: T | undefined;
}

/** The gradients with respect to the inputs of a run, in the shapes of the inputs. */
export interface RunGradients<T> extends InitialStates<T> {
  readonly x: T;
  /** By direction. */
  readonly weights: readonly CellWeights<T>[];
}

/**
 * An implementation of recurrent layers: the reference kernels over typed arrays, or the composition of stock ops over
 * tensors.
 */
export interface RecurrentEngine<T> {
  forward(cell: CellName, pass: RecurrentPass<T>, initial: InitialStates<T>, reserve: boolean): RecurrentResult<T>;
  backward(cell: CellName, pass: RecurrentPass<T>, reserve: T, gradients: ResultGradients<T>): RunGradients<T>;
}
