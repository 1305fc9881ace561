import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';
import { checkTime } from '../../contracts/checkOption.js';

/** How an operator that emits many values yields to the event loop. */
export interface SliceOptions {
  /** Nothing is emitted while it is closed. Default: no valve. */
  readonly valve?: Valve | undefined;
  /** The longest time, in milliseconds, before the event loop runs again. Default 25; Infinity never yields. */
  readonly yieldAfter?: number | undefined;
  /**
   * The clock of `yieldAfter`, and the scheduler of the next slice. Default `asyncScheduler`.
   *
   * `asapScheduler` yields to promises only: sockets, timers and signals would still wait.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits the values of an iterable while the valve is open, in slices of time.
 *
 * Like `from(iterable)`, but `from` emits everything at once. This obeys a valve, and lets sockets, timers and signals
 * run after each slice. The first slice begins within `subscribe`.
 *
 *     iterable: a b c d e f          (c uses up the slice)
 *     valve:    open -- closed - open
 *     result:   (abc)de ---------- (f|)
 *
 * Holds nothing but the iterator.
 *
 * @param values the values to emit; the iterator is advanced only when the next value is needed
 * @param options `valve`, `yieldAfter` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when `yieldAfter` is not above zero
 */
export const emitInSlices = <T>(values: Iterable<T>, options: SliceOptions = {}): Observable<T> => {
  const { valve, yieldAfter = 25, scheduler = asyncScheduler } = options;
  checkTime('emitInSlices', 'yieldAfter', yieldAfter);

  return new Observable<T>((subscriber) => {
    const iterator = values[Symbol.iterator]();
    // Set until the event loop has run. Kept apart from `nextSlice`, because a synchronous scheduler runs the action
    // before `nextSlice` is assigned.
    let waitingForTurn = false;
    // The valve is checked before each value. A value remembered from `open$` could be out of date: a valve that is
    // closed while it notifies its subscribers that it is open notifies them of that later.
    const mayGoOn = (): boolean => !waitingForTurn && (valve === undefined || valve.isOpen);
    // Set while the loop below runs. The consumer may close and open the valve from within `next`, and only one loop
    // may run.
    let running = false;
    let nextSlice: Subscription | undefined;

    /** Emits one value, or ends. Returns whether there may be more values. */
    const advance = (): boolean => {
      let result: IteratorResult<T>;
      try {
        result = iterator.next();
      } catch (error) {
        subscriber.error(error);
        return false;
      }
      if (result.done === true) subscriber.complete();
      else subscriber.next(result.value);
      return !subscriber.closed;
    };

    const yieldTurn = (): void => {
      waitingForTurn = true;
      nextSlice = scheduler.schedule(() => {
        waitingForTurn = false;
        run();
      });
    };

    const run = (): void => {
      if (running) return;
      running = true;
      let begun = scheduler.now();
      while (mayGoOn() && advance()) {
        if (scheduler.now() - begun < yieldAfter) continue;
        yieldTurn();
        // With a synchronous scheduler the loop continues here.
        begun = scheduler.now();
      }
      running = false;
    };

    subscriber.add(() => {
      nextSlice?.unsubscribe();
      iterator.return?.();
    });
    if (valve === undefined) {
      run();
      return;
    }
    subscriber.add(
      valve.open$.subscribe({
        next: (open) => {
          if (open) run();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  });
};
