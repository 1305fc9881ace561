import { defer, EMPTY, Observable } from 'rxjs';
import { takeUntilClosed } from '../../../contracts/flow/takeUntilClosed.js';
import type { TrainingState } from '../../../contracts/training/TrainingState.js';

/**
 * Runs one epoch after another, each from the state that the one before it left, until a state has `stop` set. Then it
 * emits the events of `ended`. It is a fold over epochs that emits their events.
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
 * @param epoch the events of one epoch; an error that it throws is the stream's error
 * @param stateAfter the state after an event; undefined if the event does not change it. The last event of an epoch
 *   must give a state
 * @param ended the events after the last epoch, from its state. Default: none
 */
export const epochsFrom = <Event, State extends Pick<TrainingState, 'stop'>>(
  initial: State,
  epoch: (state: State) => Observable<Event>,
  stateAfter: (event: Event) => State | undefined,
  ended: (state: State) => Observable<Event> = () => EMPTY,
): Observable<Event> =>
  new Observable((subscriber) => {
    let state = initial;
    const untilClosed = takeUntilClosed(subscriber);

    // `expand` and `repeat` subscribe to the next epoch from within the completion of the last one. With synchronous
    // batches, every epoch would then be on the call stack of all epochs before it. This loop returns from one epoch
    // before it subscribes to the next.
    const run = (): void => {
      let hasEnded = true;
      while (hasEnded && !subscriber.closed) {
        if (state.stop !== undefined) {
          defer(() => ended(state)).subscribe(subscriber);
          return;
        }
        hasEnded = false;
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
              hasEnded = true;
              if (!subscribing) run();
            },
          });
        subscribing = false;
      }
    };
    run();
  });
