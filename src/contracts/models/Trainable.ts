import type { Observable } from 'rxjs';
import type { LabelledBatch, PaddedBatch } from '../rows/PaddedBatch.js';
import type { StateDict } from './StateDict.js';

/** What a train step needs to know beyond its batch; with the weights and the batch it determines the step. */
export interface StepContext {
  /** The pass over the train rows, from 1. */
  readonly epoch: number;
  /** The step within the epoch, from 0. */
  readonly step: number;
  /** The step size of the optimizer. */
  readonly learningRate: number;
  /**
   * The largest norm of all gradients together: larger ones are scaled down to it before the step. With `Infinity` the
   * norm is measured, and nothing is scaled. Default: neither.
   */
  readonly clipNorm?: number | undefined;
}

/** What a train step measured, before its update of the weights. */
export interface StepResult {
  /** The class-weighted mean cross-entropy of the batch, in nats. */
  readonly loss: number;
  /** The sum of the rows' class weights: what `loss` is to be weighted by in a mean over batches. */
  readonly weight: number;
  /** The norm of all gradients together, before they were clipped; only where the step has a `clipNorm`. */
  readonly gradientNorm?: number | undefined;
}

/** What an evaluation step measured, with the weights frozen and dropout off. */
export interface EvaluationResult extends StepResult {
  /** Class probabilities, row-major, shape [B, C], float32. */
  readonly probabilities: Float32Array;
}

/**
 * A model that can be trained a batch at a time.
 *
 * Operators know models by this alone. Each method is one synchronous step: no tensor made in it outlives it.
 */
export interface Trainable {
  /** What the model calls itself in events, such as `gru`. */
  readonly name: string;
  /** The number of classes, C. */
  readonly classes: number;
  /** Makes one optimizer step on the batch. */
  trainBatch(batch: LabelledBatch, context: StepContext): StepResult;
  /** Measures loss and probabilities; changes nothing. */
  evaluateBatch(batch: LabelledBatch): EvaluationResult;
  /** Class probabilities, row-major, shape [B, C], float32; changes nothing. */
  predictBatch(batch: PaddedBatch): Float32Array;
  /** A copy of the weights. */
  stateDict(): StateDict;
  /**
   * Replaces the weights by a copy of those given; the optimizer's state stays.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not fit
   */
  loadStateDict(state: StateDict): void;
  /** A copy of the optimizer's state. A training can be resumed exactly where the model has it. */
  optimizerState?(): StateDict;
  /**
   * Replaces the optimizer's state by a copy of that given, which belongs to the weights that the model has now.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not fit
   */
  loadOptimizerState?(state: StateDict): void;
}

/**
 * A model that computes on a device whose results can be read only later, and that is to be given its next batch before
 * the results of the last are there.
 *
 * It answers as a `Trainable` does, by Observables of one answer each. Subscribing to one puts the step into the
 * device's queue at once, within the call; the answer comes when the device has got that far. So steps are made in the
 * order in which they are subscribed to. Unsubscribing gives up the answer, not the step.
 *
 * An operator that is given one keeps a few steps in the queue, and holds a valve while they are as many as there may
 * be.
 */
export interface DeferredTrainable {
  /** What tells it from a `Trainable`. */
  readonly deferred: true;
  /** What the model calls itself in events, such as `gru`. */
  readonly name: string;
  /** The number of classes, C. */
  readonly classes: number;
  /** Makes one optimizer step on the batch; what it measured is known when the weights have changed already. */
  trainBatch(batch: LabelledBatch, context: StepContext): Observable<StepResult>;
  /** Measures loss and probabilities; changes nothing. */
  evaluateBatch(batch: LabelledBatch): Observable<EvaluationResult>;
  /** Class probabilities, row-major, shape [B, C], float32; changes nothing. */
  predictBatch(batch: PaddedBatch): Observable<Float32Array>;
  /** A copy of the weights as they are when it is subscribed to, after the steps in the queue. */
  stateDict(): Observable<StateDict>;
  /**
   * Replaces the weights by a copy of those given, for every step from then on; the optimizer's state stays.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not fit
   */
  loadStateDict(state: StateDict): void;
  /** A copy of the optimizer's state, likewise. A training can be resumed exactly where the model has it. */
  optimizerState?(): Observable<StateDict>;
  /**
   * Replaces the optimizer's state by a copy of that given, for every step from then on.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not fit
   */
  loadOptimizerState?(state: StateDict): void;
}
