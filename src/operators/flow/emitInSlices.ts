import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';
import { checkTime } from '../../contracts/checkOption.js';

/** How an operator that emits many values at once lets others have their turn. */
export interface SliceOptions {
  /** Nothing is emitted while it is closed. Default: no valve. */
  readonly valve?: Valve | undefined;
  /**
   * The longest time, in milliseconds, that the event loop is held before it gets its turn. Default 25; Infinity never
   * yields.
   */
  readonly yieldAfter?: number | undefined;
  /**
   * The clock of `yieldAfter`, and where the next slice is scheduled. Default `asyncScheduler`.
   *
   * `asapScheduler` would give a turn to promises alone: sockets, timers and signals would go on waiting.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits the values of an iterable while the valve is open, a slice of time after another.
 *
 * Like `from(iterable)`, which emits everything in one go, but with a brake, and with a turn for sockets, timers and
 * signals once a slice is used up. The first slice begins within `subscribe`.
 *
 *     iterable: a b c d e f          (c uses up the slice)
 *     valve:    open -- closed - open
 *     result:   (abc)de ---------- (f|)
 *
 * Holds nothing but the iterator.
 *
 * @param values what to emit; its iterator is not advanced before the value is wanted
 * @param options `valve`, `yieldAfter` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when `yieldAfter` is not above zero
 */
export const emitInSlices = <T>(values: Iterable<T>, options: SliceOptions = {}): Observable<T> => {
  const { valve, yieldAfter = 25, scheduler = asyncScheduler } = options;
  checkTime('emitInSlices', 'yieldAfter', yieldAfter);

  return new Observable<T>((subscriber) => {
    const iterator = values[Symbol.iterator]();
    // Set until the event loop has had its turn. Of its own: a scheduler that does not wait has given it before
    // `nextSlice` is known.
    let waitingForTurn = false;
    // The valve is asked before each value, and not remembered from `open$`: one that is closed while it tells its
    // subscribers that it is open tells them later.
    const mayGoOn = (): boolean => !waitingForTurn && (valve === undefined || valve.isOpen);
    // Set while the loop below runs: the consumer may close and open the valve from within `next`, and one loop is
    // enough.
    let running = false;
    let nextSlice: Subscription | undefined;

    /** Emits one value, or ends; says whether there may be more to do. */
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
        // It goes on here where the scheduler does not wait.
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
