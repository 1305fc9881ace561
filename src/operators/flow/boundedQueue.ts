import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type ObservedValueOf,
  of,
  type OperatorFunction,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import type { SliceOptions } from './emitInSlices.js';
import { Fifo } from './internal/Fifo.js';
import { queue, type QueueBuffer } from './internal/queue.js';

/** Options of `boundedQueue`. */
export interface BoundedQueueOptions extends SliceOptions {
  /**
   * The valve, which is held while the queue is full, and while the event loop runs. Pass the same valve to the source,
   * so that it stops reading while the valve is closed.
   */
  readonly valve: Valve;
  /**
   * The number of waiting values at which the queue is full, at least 1. The valve is then held until at most half as
   * many wait.
   */
  readonly highWaterMark: number;
  /**
   * The most values that may ever wait, at least `highWaterMark`. One more ends the stream with `HW_OVERFLOW`. Default
   * Infinity: a source that ignores the valve may then fill the memory.
   */
  readonly limit?: number | undefined;
}

/** Options of a `boundedQueue` with an asynchronous consumer. */
export interface BoundedQueueProjectOptions<T, O extends ObservableInput<unknown>> extends BoundedQueueOptions {
  /** The consumer. Its result is subscribed to and emitted, and the next value waits until the result completes. */
  readonly project: (value: T, index: number) => O;
}

const check = ({ highWaterMark, limit = Infinity, yieldAfter = 25 }: BoundedQueueOptions): void => {
  checkWhole('boundedQueue', 'highWaterMark', highWaterMark, 1);
  if (limit !== Infinity) checkWhole('boundedQueue', 'limit', limit, highWaterMark);
  checkTime('boundedQueue', 'yieldAfter', yieldAfter);
};

/** A buffer that throws when more than `limit` values would wait. */
const limited = <T>(limit: number): QueueBuffer<T> => {
  const waiting = new Fifo<T>();
  return {
    get size() {
      return waiting.size;
    },
    push: (value) => {
      if (waiting.size === limit) {
        throw new HeadwaterError(
          'HW_OVERFLOW',
          `boundedQueue: more than ${limit} values wait for their consumer, though the ` +
            'valve is closed. Give the source the same valve, or raise the limit.',
        );
      }
      waiting.push(value);
    },
    shift: () => waiting.shift(),
    clear: () => waiting.clear(),
  };
};

/**
 * A queue for a consumer that is slower than its source, with back-pressure: it holds back the source while too many
 * values wait.
 *
 * RxJS has no flow control: `concatMap(slow)` queues everything that a fast source pushes, without limit. This queue
 * holds a valve while it is full, and a source with the same valve stops reading. The valve is released when at most
 * half of `highWaterMark` waits, and at the latest on completion, error or unsubscription.
 *
 * ```marbles
 * source: abcd------------e--|      d comes though the valve is closed already: a source does not stop at once
 *         boundedQueue({ valve, highWaterMark: 2, project: (value) => timer(4).pipe(map(() => value)) })
 * result: ----a---b---c---d---(e|)
 * valve:  o-c-----o                 c: closed, o: open
 * ```
 *
 * The consumer is downstream, or in `project`:
 *
 * - Without `project`, a value that need not wait is emitted synchronously, within the source's own emission, so the
 *   consumer works on it there. Such a consumer slows its source down, but it also blocks sockets, timers and signals.
 *   So after `yieldAfter` ms of work the other values wait until the event loop has run, and the valve is held until
 *   then.
 * - With `project`, one value at a time is projected to an Observable (or a promise, or an iterable), as in
 *   `concatMap`. Its values are emitted, and the next value waits until it completes.
 *
 * Values keep their order. Completion and error of the source come after the values before them. (With `concatMap` an
 * error overtakes the waiting values. Here the values that are processed before the error do not depend on the
 * consumer's speed, and no value that was read is lost.) An error of `project`, or of its result, passes at once.
 *
 * Holds at most `highWaterMark` values + the values that arrive before the source stops: the rest of its present chunk,
 * and what the operators in between emit at once (at the end of the source, the rows that `bucketByLength` holds). The
 * value that the consumer is processing comes on top.
 *
 * Errors: `HW_OVERFLOW` when more than `limit` values would wait.
 *
 * @param options `valve`, `highWaterMark`, `limit`, `yieldAfter`, `scheduler`, and `project` for an asynchronous
 *   consumer
 * @throws HeadwaterError `HW_USAGE` when `highWaterMark` is below 1, `limit` is below `highWaterMark`, or `yieldAfter`
 *   is not above 0
 *
 * @example
 * ```ts
 * import { delay, lastValueFrom, of, range, toArray } from 'rxjs';
 * import { boundedQueue, valve } from 'headwater';
 * const brake = valve(); // the same one goes to the source: fetchCsv(path, { valve: brake })
 * const slowly = (n: number) => of(n * n).pipe(delay(1));
 * const squares = range(1, 5).pipe(boundedQueue({ valve: brake, highWaterMark: 2, project: slowly }), toArray());
 * console.log(await lastValueFrom(squares)); // [1, 4, 9, 16, 25]
 * ```
 */
export function boundedQueue<T, O extends ObservableInput<unknown>>(
  options: BoundedQueueProjectOptions<T, O>,
): OperatorFunction<T, ObservedValueOf<O>>;
export function boundedQueue<T>(options: BoundedQueueOptions): MonoTypeOperatorFunction<T>;
export function boundedQueue<T, R>(
  options: BoundedQueueOptions & Partial<BoundedQueueProjectOptions<T, ObservableInput<R>>>,
): OperatorFunction<T, T | R> {
  checkOptions('boundedQueue', options, '{ valve: valve(), highWaterMark: 64 }');
  check(options);
  const { valve, highWaterMark, limit = Infinity, yieldAfter = 25, scheduler = asyncScheduler, project } = options;
  const shared = {
    operator: 'boundedQueue',
    bound: limit,
    makeBuffer: () => limited<T>(limit),
    valve,
    highWaterMark,
    yieldAfter,
    scheduler,
  };
  return project === undefined
    ? queue<T, T>({ ...shared, project: (value) => of(value) })
    : queue<T, R>({ ...shared, project });
}
