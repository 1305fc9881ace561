import type { CellName, CellWeights, InitialStates, RecurrentPass } from './RecurrentPass.js';

/** What a run puts out. */
export interface RecurrentResult<T> {
  /** Shape [B, T, D·H]; zero where nothing was computed. Undefined where the run was not asked for outputs. */
  readonly output: T | undefined;
  /** Final hidden states in the run's shape for states. */
  readonly hidden: T;
  /** Final cell states of an LSTM, likewise. */
  readonly cell: T | undefined;
  /** What the backward pass needs, or an empty tensor where it was not asked for. */
  readonly reserve: T;
}

/** The gradients of what a run put out; undefined stands for zeros. */
export interface ResultGradients<T> {
  readonly output: T | undefined;
  readonly hidden: T;
  readonly cell: T | undefined;
}

/** The gradients with respect to what a run was given, in the shapes of what it was given. */
export interface RunGradients<T> extends InitialStates<T> {
  readonly x: T;
  /** By direction. */
  readonly weights: readonly CellWeights<T>[];
}

/**
 * Something that runs recurrent layers: the reference kernels over typed arrays, or the composition of stock ops over
 * tensors.
 */
export interface RecurrentEngine<T> {
  forward(cell: CellName, pass: RecurrentPass<T>, initial: InitialStates<T>, reserve: boolean): RecurrentResult<T>;
  backward(cell: CellName, pass: RecurrentPass<T>, reserve: T, gradients: ResultGradients<T>): RunGradients<T>;
}
