import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type ObservedValueOf,
  of,
  type OperatorFunction,
} from 'rxjs';
import { random } from '../../contracts/random.js';
import { checkChoice, checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import type { SliceOptions } from '../flow/emitInSlices.js';
import { queue } from '../flow/internal/queue.js';
import { SheddingBuffer, type ShedPolicy } from './internal/SheddingBuffer.js';

const POLICIES = ['newest', 'oldest', 'random'] as const satisfies readonly ShedPolicy[];

/** A value that was dropped, because more values arrived than may wait. */
export interface ShedValue<T> {
  readonly type: 'shed';
  readonly value: T;
  /** The policy that chose this value. */
  readonly policy: ShedPolicy;
  /** The number of values dropped since the subscription, including this one. */
  readonly total: number;
}

/** Options of `shed`. */
export interface ShedOptions<T> extends SliceOptions {
  /** The most values that may wait, at least 1. */
  readonly capacity: number;
  /**
   * Which value is dropped when there are too many: `newest` the one that arrives, `oldest` the one that has waited
   * longest, `random` any of them with the same probability.
   */
  readonly policy: ShedPolicy;
  /**
   * The valve is held from the time when half of `capacity` waits until only a quarter waits, and while the event loop
   * runs. The other half is for values that still arrive before the source stops. Default: no valve.
   */
  readonly valve?: SliceOptions['valve'] | undefined;
  /** Receives each dropped value. An Observer or a Subject works. Default: none. */
  readonly dropped?: { next(drop: ShedValue<T>): void } | undefined;
  /** The seed of the policy `random`; any whole number. Default 1234. */
  readonly seed?: number | undefined;
}

/** Options of a `shed` with an asynchronous consumer. */
export interface ShedProjectOptions<T, O extends ObservableInput<unknown>> extends ShedOptions<T> {
  /** The consumer. Its result is subscribed to and emitted, and the next value waits until the result completes. */
  readonly project: (value: T, index: number) => O;
}

const check = ({ capacity, policy, seed = 0, yieldAfter = 25 }: ShedOptions<never>): void => {
  checkWhole('shed', 'capacity', capacity, 1);
  checkWhole('shed', 'seed', seed);
  checkTime('shed', 'yieldAfter', yieldAfter);
  checkChoice('shed', 'policy', policy, POLICIES);
};

/**
 * Lets values wait for a consumer that is slower than their source. When more values arrive than may wait, it drops
 * some of them, by a chosen policy.
 *
 * Use it for sources that cannot stop: under overload it is better to drop some headlines than to answer all of them
 * too late or to fill the memory. A source that the `valve` can stop loses nothing.
 *
 * ```marbles
 * source:  abcdef----------------|
 *          shed({ capacity: 2, policy: 'oldest', dropped, project: (value) => timer(6).pipe(map(() => value)) })
 * result:  ------a-----e-----f---|
 * dropped: ---bcd
 * ```
 *
 * The consumer is downstream, or in `project`, as with `boundedQueue`. Without `project`, a value that need not wait is
 * emitted synchronously, within the source's own emission. After `yieldAfter` ms of such work the other values wait
 * until the event loop has run. Values that arrive meanwhile wait here, and may be dropped here.
 *
 * The remaining values keep their order. Completion and error of the source come after the waiting values. If the
 * source obeys the valve, nothing is dropped as long as at most half of `capacity` arrives after the valve has closed:
 * the rest of the source's present chunk.
 *
 * Holds at most `capacity` values, in an array of at most twice as many places.
 *
 * Errors: those of the source, after the waiting values; any error that `project`, its result, or `dropped.next`
 * throws, at once.
 *
 * @param options `capacity`, `policy`, `valve`, `dropped`, `seed`, `yieldAfter`, `scheduler`, and `project` for an
 *   asynchronous consumer
 * @throws HeadwaterError `HW_USAGE` when `capacity` is below 1, there is no such `policy`, the seed is not a whole
 *   number, or `yieldAfter` is not above 0
 * @see boundedQueue for a queue that drops nothing
 *
 * @example
 * ```ts
 * import { delay, lastValueFrom, of, range, toArray } from 'rxjs';
 * import { shed } from 'headwater';
 * const slowly = (n: number) => of(n).pipe(delay(1));
 * const dropped = { next: ({ value }: { value: number }) => console.log(`${value} came too late`) }; // 4 and 5
 * await lastValueFrom(range(1, 5).pipe(shed({ capacity: 2, policy: 'newest', dropped, project: slowly }), toArray()));
 * // [1, 2, 3]
 * ```
 */
export function shed<T, O extends ObservableInput<unknown>>(
  options: ShedProjectOptions<T, O>,
): OperatorFunction<T, ObservedValueOf<O>>;
export function shed<T>(options: ShedOptions<T>): MonoTypeOperatorFunction<T>;
export function shed<T, R>(
  options: ShedOptions<T> & Partial<ShedProjectOptions<T, ObservableInput<R>>>,
): OperatorFunction<T, T | R> {
  checkOptions('shed', options, "{ capacity: 1000, policy: 'oldest' }");
  check(options);
  const {
    capacity,
    policy,
    valve,
    dropped,
    seed = 1234,
    yieldAfter = 25,
    scheduler = asyncScheduler,
    project,
  } = options;
  const makeBuffer = (): SheddingBuffer<T> => {
    let total = 0;
    return new SheddingBuffer(capacity, policy, random(seed, 'shed'), (value) => {
      total += 1;
      dropped?.next({ type: 'shed', value, policy, total });
    });
  };
  const shared = {
    operator: 'shed',
    bound: capacity,
    makeBuffer,
    valve,
    highWaterMark: Math.ceil(capacity / 2),
    yieldAfter,
    scheduler,
  };
  return project === undefined
    ? queue<T, T>({ ...shared, project: (value) => of(value) })
    : queue<T, R>({ ...shared, project });
}
