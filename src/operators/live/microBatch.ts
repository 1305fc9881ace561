import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import { reportHolding } from '../../contracts/flow/FlowProbe.js';
import { takeUntilClosed } from '../../contracts/flow/takeUntilClosed.js';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';

/** How `microBatch` gathers. */
export interface MicroBatchOptions {
  /** The most values in a batch, at least 1: a full batch is emitted at once. */
  readonly maxSize: number;
  /**
   * How long the first value of a batch may wait for others, in milliseconds. Infinity waits until the batch is full. 0
   * does not wait: with `asapScheduler` a batch is what a source emits in one go.
   */
  readonly maxWaitMs: number;
  /** The clock and the timer of `maxWaitMs`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Gathers values into batches that are small enough to be quick: each is emitted when it is full, or when its first
 * value has waited long enough.
 *
 * A model answers many rows at once far faster than one after another; and nobody wants to wait until there are many.
 *
 * ```marbles
 * source: -a-b-c-d-------e--|
 *         microBatch({ maxSize: 3, maxWaitMs: 5 })
 * result: -----x------y-----(z|)   x: [a, b, c], full;  y: [d], 5 ms after d;  z: [e], at the end
 * ```
 *
 * No batch is empty, and values keep their order. Completion and error of the source come after the batch that waits:
 * nothing that arrived is lost. (`bufferTime` sets its windows by the clock, and emits the empty ones.)
 *
 * Holds at most `maxSize - 1` values between two arrivals. On unsubscription they are gone: there is nobody to have
 * them.
 *
 * Errors: those of the source.
 *
 * @param options `maxSize`, `maxWaitMs` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when `maxSize` is no whole number of at least 1, or `maxWaitMs` below 0
 * @see classifyLive for what to do with the batches
 *
 * @example
 * ```ts
 * import { lastValueFrom, of, toArray } from 'rxjs';
 * import { microBatch } from 'headwater';
 * await lastValueFrom(of('a', 'b', 'c').pipe(microBatch({ maxSize: 2, maxWaitMs: 5 }), toArray())); // [['a', 'b'], ['c']]
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
      /** When the first of the batch came. */
      let since = 0;
      let timer: Subscription | undefined;
      /** Whether the timer runs. Of its own: a scheduler that does not wait has run it before it is known. */
      let waking = false;
      const untilClosed = takeUntilClosed(subscriber);
      reportHolding(subscriber, { operator: 'microBatch', held: () => batch.length, bound: maxSize });

      const flush = (): void => {
        if (batch.length === 0) return;
        const gathered = batch;
        // Before it is emitted: the consumer may cause further values from within `next`.
        batch = [];
        subscriber.next(gathered);
      };

      // A timer is left to run though its batch was full before, and looks at the batch of then. Under load, with a
      // full batch every few milliseconds, setting and clearing one for each would cost more than the batch.
      const wake = (delay: number): void => {
        waking = true;
        const look = (): void => {
          waking = false;
          if (batch.length === 0) return;
          const waited = scheduler.now() - since;
          // Below 0 somebody has set the clock back: nobody knows how long it was, so it has been long enough.
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
