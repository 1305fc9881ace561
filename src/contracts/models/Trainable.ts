import type { Observable } from 'rxjs';
import type { LabelledBatch, PaddedBatch } from '../rows/PaddedBatch.js';
import type { StateDict } from './StateDict.js';

/**
 * The parameters of a train step besides its batch. Together with the weights and the batch they determine the step.
 */
export interface StepContext {
  /** The pass over the train rows, from 1. */
  readonly epoch: number;
  /** The step within the epoch, from 0. */
  readonly step: number;
  /** The step size of the optimizer. */
  readonly learningRate: number;
  /**
   * The largest norm of all gradients together: larger gradients are scaled down to it before the step. With `Infinity`
   * the norm is measured and nothing is scaled. Default: no measuring and no scaling.
   */
  readonly clipNorm?: number | undefined;
}

/** The measurements of a train step, before it updates the weights. */
export interface StepResult {
  /** The class-weighted mean cross-entropy of the batch, in nats. */
  readonly loss: number;
  /** The sum of the rows' class weights: the weight of `loss` in a mean over batches. */
  readonly weight: number;
  /** The norm of all gradients together, before clipping; only where the step has a `clipNorm`. */
  readonly gradientNorm?: number | undefined;
}

/** The measurements of an evaluation step, with frozen weights and without dropout. */
export interface EvaluationResult extends StepResult {
  /** Class probabilities, row-major, shape [B, C], float32. */
  readonly probabilities: Float32Array;
}

/**
 * A model that can be trained one batch at a time.
 *
 * Operators use models through this interface alone. Each method is one synchronous step: all its tensors are freed
 * when it returns.
 */
export interface Trainable {
  /** The model's name in events, such as `gru`. */
  readonly name: string;
  /** The number of classes, C. */
  readonly classes: number;
  /** Makes one optimizer step on the batch. */
  trainBatch(batch: LabelledBatch, context: StepContext): StepResult;
  /** Measures loss and probabilities; does not change the model. */
  evaluateBatch(batch: LabelledBatch): EvaluationResult;
  /** Class probabilities, row-major, shape [B, C], float32; does not change the model. */
  predictBatch(batch: PaddedBatch): Float32Array;
  /**
   * The share of attention that each token of a batch gets, row-major, shape [B, T], float32: each row sums to 1, with
   * zeros past its length. Only a model with attention has this method; it does not change the model.
   */
  attention?(batch: PaddedBatch): Float32Array;
  /** A copy of the weights. */
  stateDict(): StateDict;
  /**
   * Replaces the weights by a copy of `state`; the optimizer's state stays.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadStateDict(state: StateDict): void;
  /** A copy of the optimizer's state. A training can be resumed exactly where the model has this method. */
  optimizerState?(): StateDict;
  /**
   * Replaces the optimizer's state by a copy of `state`, which must belong to the current weights.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadOptimizerState?(state: StateDict): void;
}

/**
 * A model that computes on a device whose results can be read only later. It accepts the next batch before the results
 * of the previous one are available.
 *
 * It has the methods of a `Trainable`, but each returns an Observable that emits one result. Subscribing puts the step
 * into the device's queue synchronously. The result is emitted when the device has computed it. So steps run in the
 * order of the subscriptions. Unsubscribing cancels the result, not the step.
 *
 * An operator with such a model keeps a few steps in the queue, and holds a valve while the queue is full.
 */
export interface DeferredTrainable {
  /** Distinguishes it from a `Trainable`. */
  readonly deferred: true;
  /** The model's name in events, such as `gru`. */
  readonly name: string;
  /** The number of classes, C. */
  readonly classes: number;
  /** Makes one optimizer step on the batch. The weights have already changed when the result is emitted. */
  trainBatch(batch: LabelledBatch, context: StepContext): Observable<StepResult>;
  /** Measures loss and probabilities; does not change the model. */
  evaluateBatch(batch: LabelledBatch): Observable<EvaluationResult>;
  /** Class probabilities, row-major, shape [B, C], float32; does not change the model. */
  predictBatch(batch: PaddedBatch): Observable<Float32Array>;
  /** A copy of the weights at the time of the subscription, after the steps in the queue. */
  stateDict(): Observable<StateDict>;
  /**
   * Replaces the weights by a copy of `state` for every later step; the optimizer's state stays.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadStateDict(state: StateDict): void;
  /**
   * A copy of the optimizer's state at the time of the subscription. A training can be resumed where this method
   * exists.
   */
  optimizerState?(): Observable<StateDict>;
  /**
   * Replaces the optimizer's state by a copy of `state` for every later step.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadOptimizerState?(state: StateDict): void;
}
