import { mergeMap, timer, type Observable, type SchedulerLike } from 'rxjs';
import { LONGEST_TIMER } from '../../../contracts/runtime/longestTimer.js';

/** Emits after a time that may exceed the longest timer of Node; Node would fire such a timer at once. */
export const waitFor = (ms: number, scheduler: SchedulerLike): Observable<unknown> =>
  ms <= LONGEST_TIMER
    ? timer(Math.max(0, ms), scheduler)
    : timer(LONGEST_TIMER, scheduler).pipe(mergeMap(() => waitFor(ms - LONGEST_TIMER, scheduler)));
