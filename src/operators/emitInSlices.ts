import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Valve } from '../contracts/Valve.js';
import { checkTime } from './checkOption.js';

/** How an operator that emits many values at once lets others have their turn. */
export interface SliceOptions {
  /** Nothing is emitted while it is closed. Default: no valve. */
  readonly valve?: Valve | undefined;
  /** The longest time, in milliseconds, that the event loop is held before it gets its turn. Default 25; Infinity never yields. */
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
 * Like `from(iterable)`, which emits everything in one go, but with a brake, and with a turn for sockets, timers and signals
 * once a slice is used up. The first slice begins within `subscribe`.
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
    // Asked before each value, and not remembered from `open$`: a valve that is closed while it tells its subscribers that it is open tells them later.
    const isOpen = (): boolean => valve === undefined || valve.isOpen;
    // Set while the loop below runs: the consumer may close and open the valve from within `next`, and one loop is enough.
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

    const run = (): void => {
      if (running || nextSlice !== undefined) return;
      running = true;
      const begun = scheduler.now();
      while (isOpen() && advance()) {
        if (scheduler.now() - begun < yieldAfter) continue;
        nextSlice = scheduler.schedule(() => {
          nextSlice = undefined;
          run();
        });
        break;
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
