import { asyncScheduler, interval, map, NEVER, Observable, type SchedulerLike } from 'rxjs';
import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';
import { checkOptions, checkTime } from '../../contracts/checkOption.js';
import { beginFlowWatch } from '../../contracts/flow/FlowProbe.js';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import { FlowWatch } from './internal/FlowWatch.js';

/** Options of `watchFlow`. */
export interface WatchFlowOptions {
  /** The time between two snapshots, in milliseconds. Default 1000. */
  readonly every?: number | undefined;
  /** The timer of `every`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** The clock that measures work, in milliseconds. Default `performance.now`. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Reports on the pipelines of this process. For each stage that `trace` names: its rate, the share of the time that it
 * works, how long a value is in it, what its operators hold compared with their bounds, and how many rows it rejected.
 * It also reports which operators hold valves closed.
 *
 * ```marbles
 * pipeline: -----abc---de---f--|
 *           watchFlow({ every: 10 }).pipe(take(2))
 * result:   ----------s---------(s|)   s: a FlowSnapshot
 * ```
 *
 * It covers the subscriptions that are made while it is subscribed to, so subscribe to it first. Operators that hold
 * values report them even if no stage has a name. All values are counted. The clock is read for some of them: for the
 * first ones of each interval, and for samples of 32 in a row about every 2 ms of work.
 *
 * Latency follows from Little's law, L = λ · W: the mean number of held values is the rate times the mean time of one
 * value (J. D. C. Little, "A Proof for the Queuing Formula", 1961).
 *
 * Holds a record for each stage, edge and holder of a valve, and no values.
 *
 * Errors: `HW_USAGE` if it is subscribed to a second time while the first subscription lasts. To show it twice, `share`
 * it.
 *
 * @param options `every`, `scheduler`, `clock`
 * @throws HeadwaterError `HW_USAGE` when `every` is not above 0
 * @see trace
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, map, merge, take, toArray } from 'rxjs';
 * import { trace, watchFlow } from 'headwater';
 *
 * const watching = watchFlow({ every: 5 }).pipe(take(1)).subscribe(({ stages, bottleneck }) => {
 *   for (const { name, rate, busy } of stages) console.log(name, rate, busy);
 *   console.log(bottleneck);
 * });
 * await lastValueFrom(from([1, 2, 3]).pipe(map((n) => n * n), trace('square'), toArray()));
 * watching.unsubscribe();
 * ```
 */
export const watchFlow = (options: WatchFlowOptions = {}): Observable<FlowSnapshot> => {
  checkOptions('watchFlow', options, '{ every: 1000 }');
  const { every = 1000, scheduler = asyncScheduler, clock = () => performance.now() } = options;
  checkTime('watchFlow', 'every', every);
  return new Observable((subscriber) => {
    const watch = new FlowWatch(clock, false);
    subscriber.add(beginFlowWatch(watch));
    return (every > LONGEST_TIMER ? NEVER : interval(every, scheduler))
      .pipe(map(() => watch.snapshot()))
      .subscribe(subscriber);
  });
};
