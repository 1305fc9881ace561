import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import { reportHolding } from '../../contracts/flow/FlowProbe.js';
import { takeUntilClosed } from '../../contracts/flow/takeUntilClosed.js';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';

/** Options of `microBatch`. */
export interface MicroBatchOptions {
  /** The most values in a batch, at least 1. A full batch is emitted at once. */
  readonly maxSize: number;
  /**
   * The longest time that the first value of a batch waits for others, in milliseconds. With Infinity it waits until
   * the batch is full. With 0 it does not wait: with `asapScheduler`, a batch then has the values that the source emits
   * synchronously.
   */
  readonly maxWaitMs: number;
  /** The clock and the timer of `maxWaitMs`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Gathers values into small batches with a short delay. A batch is emitted when it is full, or when its first value has
 * waited for `maxWaitMs`.
 *
 * A model answers many rows at once far faster than one after another, but no value should wait long for others.
 *
 * ```marbles
 * source: -a-b-c-d-------e--|
 *         microBatch({ maxSize: 3, maxWaitMs: 5 })
 * result: -----x------y-----(z|)   x: [a, b, c], full;  y: [d], 5 ms after d;  z: [e], at the end
 * ```
 *
 * No batch is empty, and values keep their order. Completion and error of the source come after the last, incomplete
 * batch, so no value is lost. (`bufferTime` sets its windows by the clock, and emits empty batches too.)
 *
 * Holds at most `maxSize - 1` values between two arrivals. On unsubscription they are discarded, because no subscriber
 * is left.
 *
 * Errors: those of the source.
 *
 * @param options `maxSize`, `maxWaitMs` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when `maxSize` is not a whole number of at least 1, or `maxWaitMs` is below 0
 * @see classifyLive to classify the batches
 *
 * @example
 * ```ts
 * import { lastValueFrom, of, toArray } from 'rxjs';
 * import { microBatch } from 'headwater';
 * await lastValueFrom(of('a', 'b', 'c').pipe(microBatch({ maxSize: 2, maxWaitMs: 5 }), toArray()));
 * // [['a', 'b'], ['c']]
 * ```
 */
export const microBatch = <T>(options: MicroBatchOptions): OperatorFunction<T, readonly T[]> => {
  checkOptions('microBatch', options, '{ maxSize: 64, maxWaitMs: 5 }');
  const { maxSize, maxWaitMs, scheduler = asyncScheduler } = options;
  checkWhole('microBatch', 'maxSize', maxSize, 1);
  checkTime('microBatch', 'maxWaitMs', maxWaitMs, true);

  return (source) =>
    new Observable((subscriber) => {
      let batch: T[] = [];
      /** The time at which the first value of the batch arrived. */
      let since = 0;
      let timer: Subscription | undefined;
      /**
       * Whether the timer runs. Kept apart from `timer`, because a synchronous scheduler runs the action before `timer`
       * is assigned.
       */
      let waking = false;
      const untilClosed = takeUntilClosed(subscriber);
      reportHolding(subscriber, { operator: 'microBatch', held: () => batch.length, bound: maxSize });

      const flush = (): void => {
        if (batch.length === 0) return;
        const gathered = batch;
        // Cleared before the batch is emitted, because the consumer may push further values from within `next`.
        batch = [];
        subscriber.next(gathered);
      };

      // A running timer is kept when its batch is full earlier. When it fires, it checks the batch of that moment.
      // Under load a batch fills every few milliseconds, and setting and clearing a timer for each would cost more than
      // the batch.
      const wake = (delay: number): void => {
        waking = true;
        const look = (): void => {
          waking = false;
          if (batch.length === 0) return;
          const waited = scheduler.now() - since;
          // Below 0 the clock was set back. The true waiting time is not known, so the batch is emitted.
          if (waited >= 0 && waited < maxWaitMs) wake(maxWaitMs - waited);
          else flush();
        };
        timer = scheduler.schedule(look, Math.min(delay, LONGEST_TIMER));
      };

      subscriber.add(() => {
        timer?.unsubscribe();
        batch = [];
      });

      source.pipe(untilClosed).subscribe({
        next: (value) => {
          batch.push(value);
          if (batch.length === maxSize) flush();
          else if (batch.length === 1 && maxWaitMs !== Infinity) {
            since = scheduler.now();
            if (!waking) wake(maxWaitMs);
          }
        },
        error: (error: unknown) => {
          flush();
          subscriber.error(error);
        },
        complete: () => {
          flush();
          subscriber.complete();
        },
      });
    });
};
