import { defer, Observable } from 'rxjs';
import { takeUntilClosed } from '../../../contracts/flow/takeUntilClosed.js';
import type { TrainingState } from '../../../contracts/training/TrainingState.js';

/**
 * Runs one epoch after another, each from the state that the one before it left, until a state says `stop`: a fold over
 * epochs, with their events as its output.
 *
 * ```
 * epoch(s0):  -a-b-(E s1)|
 * epoch(s1):             -c-d-(E s2)|          s2.stop is set
 *   epochsFrom(s0, epoch)
 * events:     -a-b-E-----c-d-(E|)
 * ```
 *
 * Holds the state, and no event.
 *
 * @param initial the state that the first epoch starts from
 * @param epoch the events of one epoch; what it throws is the stream's error
 * @param stateAfter the state that an event leaves; undefined for an event that leaves it as it is. The last event of an
 *   epoch must leave one
 */
export const epochsFrom = <Event>(
  initial: TrainingState,
  epoch: (state: TrainingState) => Observable<Event>,
  stateAfter: (event: Event) => TrainingState | undefined,
): Observable<Event> =>
  new Observable((subscriber) => {
    let state = initial;
    const untilClosed = takeUntilClosed(subscriber);

    // `expand` and `repeat` subscribe to the next epoch from within the completion of the last one: where batches come
    // synchronously, every epoch would then stand on the stack of all epochs before it. This loop lets the one unwind
    // before it subscribes to the next.
    const run = (): void => {
      let ended = true;
      while (ended && !subscriber.closed) {
        if (state.stop !== undefined) {
          subscriber.complete();
          return;
        }
        ended = false;
        let subscribing = true;
        defer(() => epoch(state))
          .pipe(untilClosed)
          .subscribe({
            next: (event) => {
              state = stateAfter(event) ?? state;
              subscriber.next(event);
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => {
              ended = true;
              if (!subscribing) run();
            },
          });
        subscribing = false;
      }
    };
    run();
  });
