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

/** A value that was dropped, since more came than could wait. */
export interface ShedValue<T> {
  readonly type: 'shed';
  readonly value: T;
  /** Why this one and no other. */
  readonly policy: ShedPolicy;
  /** How many were dropped by now, this one included, since the subscription. */
  readonly total: number;
}

/** How `shed` works. */
export interface ShedOptions<T> extends SliceOptions {
  /** The most values that may wait, at least 1. */
  readonly capacity: number;
  /**
   * Which value goes when one more comes: `newest` is the one that comes, `oldest` the one that waited longest,
   * `random` any of them all with the same chance.
   */
  readonly policy: ShedPolicy;
  /**
   * Held from half of `capacity` on until a quarter waits, and while the event loop has its turn: the other half is for
   * what is under way when the source stops. Default: no valve.
   */
  readonly valve?: SliceOptions['valve'] | undefined;
  /** Receives each dropped value. An Observer or a Subject works. Default: none. */
  readonly dropped?: { next(drop: ShedValue<T>): void } | undefined;
  /** Decides who goes by the policy `random`, and nothing else; any whole number. Default 1234. */
  readonly seed?: number | undefined;
}

/** A `shed` before an asynchronous consumer. */
export interface ShedProjectOptions<T, O extends ObservableInput<unknown>> extends ShedOptions<T> {
  /** The consumer: what it returns is subscribed to and emitted, and the next value has to wait until it completes. */
  readonly project: (value: T, index: number) => O;
}

const check = ({ capacity, policy, seed = 0, yieldAfter = 25 }: ShedOptions<never>): void => {
  checkWhole('shed', 'capacity', capacity, 1);
  checkWhole('shed', 'seed', seed);
  checkTime('shed', 'yieldAfter', yieldAfter);
  checkChoice('shed', 'policy', policy, POLICIES);
};

/**
 * Lets values wait for a consumer that is slower than their source, and drops some of them, by a named policy, when
 * more come than can wait.
 *
 * For sources that cannot stop: under a flood it is better to drop some headlines than to answer all of them too late or
 * to fill the memory. A source that the `valve` can stop loses nothing.
 *
 * ```marbles
 * source:  abcdef----------------|
 *          shed({ capacity: 2, policy: 'oldest', dropped, project: (value) => timer(6).pipe(map(() => value)) })
 * result:  ------a-----e-----f---|
 * dropped: ---bcd
 * ```
 *
 * The consumer stands after it, or in `project`, as with `boundedQueue`: without `project` a value that need not wait
 * is emitted at once, within the source's own emission; after `yieldAfter` ms of such work the rest waits until the
 * event loop has had its turn. What comes meanwhile waits here, and is dropped here.
 *
 * What is not dropped keeps its order. Completion and error of the source come after what waits. With the valve
 * honoured nothing is dropped as long as no more comes after the valve has closed than half of `capacity`: the rest of
 * the source's present chunk.
 *
 * Holds at most `capacity` values, and twice as many places for them.
 *
 * Errors: those of the source after what waits; what `project`, or its result, or `dropped.next` throws, at once.
 *
 * @param options `capacity`, `policy`, `valve`, `dropped`, `seed`, `yieldAfter`, `scheduler`, and `project` for an
 *   asynchronous consumer
 * @throws HeadwaterError `HW_USAGE` when `capacity` is below 1, there is no such `policy`, the seed is no whole number,
 *   or `yieldAfter` is not above 0
 * @see boundedQueue for a queue that drops nothing
 *
 * @example
 * ```ts
 * import { delay, lastValueFrom, of, range, toArray } from 'rxjs';
 * import { shed } from 'headwater';
 * const slowly = (n: number) => of(n).pipe(delay(1));
 * const dropped = { next: ({ value }: { value: number }) => console.log(`${value} came too late`) }; // 4 and 5
 * await lastValueFrom(range(1, 5).pipe(shed({ capacity: 2, policy: 'newest', dropped, project: slowly }), toArray())); // [1, 2, 3]
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
  const room = (): SheddingBuffer<T> => {
    let total = 0;
    return new SheddingBuffer(capacity, policy, random(seed, 'shed'), (value) => {
      total += 1;
      dropped?.next({ type: 'shed', value, policy, total });
    });
  };
  const shared = {
    operator: 'shed',
    bound: capacity,
    room,
    valve,
    highWaterMark: Math.ceil(capacity / 2),
    yieldAfter,
    scheduler,
  };
  return project === undefined
    ? queue<T, T>({ ...shared, project: (value) => of(value) })
    : queue<T, R>({ ...shared, project });
}
