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

/** How `boundedQueue` works. */
export interface BoundedQueueOptions extends SliceOptions {
  /**
   * Held while the queue is full, and while the event loop has its turn. The source that stops reading while it is
   * closed must be given the same one.
   */
  readonly valve: Valve;
  /**
   * How many waiting values make the queue full, at least 1. The valve is held from then on until at most half as many
   * wait.
   */
  readonly highWaterMark: number;
  /**
   * The most values that may ever wait, at least `highWaterMark`: one more ends the stream with `HW_OVERFLOW`. Default
   * Infinity: a source that does not honour the valve is let fill the memory.
   */
  readonly limit?: number | undefined;
}

/** A `boundedQueue` before an asynchronous consumer. */
export interface BoundedQueueProjectOptions<T, O extends ObservableInput<unknown>> extends BoundedQueueOptions {
  /** The consumer: what it returns is subscribed to and emitted, and the next value has to wait until it completes. */
  readonly project: (value: T, index: number) => O;
}

const check = ({ highWaterMark, limit = Infinity, yieldAfter = 25 }: BoundedQueueOptions): void => {
  checkWhole('boundedQueue', 'highWaterMark', highWaterMark, 1);
  if (limit !== Infinity) checkWhole('boundedQueue', 'limit', limit, highWaterMark);
  checkTime('boundedQueue', 'yieldAfter', yieldAfter);
};

/** A room that gives up when more would wait than may. */
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
          `boundedQueue: more than ${limit} values wait for their consumer, though the valve is closed. Give the source the same valve, or raise the limit.`,
        );
      }
      waiting.push(value);
    },
    shift: () => waiting.shift(),
    clear: () => waiting.clear(),
  };
};

/**
 * Lets values wait for a consumer that is slower than their source, and brakes the source while too many do.
 *
 * RxJS has no flow control: `concatMap(slow)` queues without bound whatever a fast source pushes. Here the queue holds
 * a valve while it is full, and a source that was given the same valve stops reading. The valve is released once half
 * the queue is gone, and at the latest on completion, error or unsubscription.
 *
 * ```marbles
 * source: abcd------------e--|      d comes though the valve is closed already: a source does not stop at once
 *         boundedQueue({ valve, highWaterMark: 2, project: (value) => timer(4).pipe(map(() => value)) })
 * result: ----a---b---c---d---(e|)
 * valve:  o-c-----o                 c: closed, o: open
 * ```
 *
 * The consumer stands after the queue, or in `project`:
 *
 * - Without `project` a value that need not wait is emitted at once, within the source's own emission, for the consumer
 *   to work on then and there. Such a consumer brakes its source by itself, but also keeps sockets, timers and signals
 *   from their turn. So after `yieldAfter` ms of work the rest waits until the event loop has had its turn, and the
 *   valve is held until then.
 * - With `project` one value at a time is projected to an Observable (or a promise, or an iterable), as `concatMap`
 *   does; its values are emitted, and the next value waits for its end.
 *
 * Values keep their order, and so do completion and error of the source: both come after the values before them.
 * (`concatMap` lets an error overtake the values that wait. Here what is worked on before the error does not depend on
 * how fast the consumer was, and nothing that was read is lost.) An error of `project`, or of what it returns, passes
 * at once.
 *
 * Holds at most `highWaterMark` values + those that come before the source stops: the rest of its present chunk, and
 * what the operators in between let go of at once (at the end of the source, what `bucketByLength` holds). Besides
 * these, the value that the consumer is at work on.
 *
 * Errors: `HW_OVERFLOW` when more than `limit` values would wait.
 *
 * @param options `valve`, `highWaterMark`, `limit`, `yieldAfter`, `scheduler`, and `project` for an asynchronous
 *   consumer
 * @throws HeadwaterError `HW_USAGE` when `highWaterMark` is below 1, `limit` below `highWaterMark`, or `yieldAfter` not
 *   above 0
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
    room: () => limited<T>(limit),
    valve,
    highWaterMark,
    yieldAfter,
    scheduler,
  };
  return project === undefined
    ? queue<T, T>({ ...shared, project: (value) => of(value) })
    : queue<T, R>({ ...shared, project });
}
