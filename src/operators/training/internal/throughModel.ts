import { map, type Observable, type OperatorFunction } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/Trainable.js';
import type { Valve } from '../../../contracts/Valve.js';
import { mapInFlight } from './mapInFlight.js';

/** What an operator on a model can be told. */
export interface ThroughModelOptions {
  /**
   * For a `DeferredTrainable`: held while its device has as many batches as it may, which are three. The source that
   * stops reading while it is closed must be given the same one. Default: none, and what comes meanwhile waits without
   * bound.
   */
  readonly valve?: Valve | undefined;
}

/**
 * Batches that a device has at once: one that it computes, one that is in its queue, and one whose results are on their
 * way back.
 */
const BATCHES_IN_FLIGHT = 3;

/** Whether a model answers later. */
export const isDeferred = (model: Trainable | DeferredTrainable): model is DeferredTrainable => 'deferred' in model;

/**
 * Asks a model something of each batch, and emits what is made of the answers, in the order of the batches: at once
 * where it answers at once, and with a few batches in flight where it answers later.
 *
 * @param model who is asked
 * @param ask asks it; an answer that comes later is an Observable of it
 * @param tell what to emit; what it throws is the stream's error
 */
export const throughModel = <Batch, Answer, Result>(
  model: Trainable | DeferredTrainable,
  ask: (batch: Batch, index: number) => Answer | Observable<Answer>,
  tell: (answer: Answer, batch: Batch, index: number) => Result,
  { valve }: ThroughModelOptions,
): OperatorFunction<Batch, Result> =>
  isDeferred(model)
    ? mapInFlight(
        (batch, index) => (ask(batch, index) as Observable<Answer>).pipe(map((answer) => tell(answer, batch, index))),
        { most: BATCHES_IN_FLIGHT, valve },
      )
    : map((batch, index) => tell(ask(batch, index) as Answer, batch, index));
