import { mergeMap, timer, type Observable, type SchedulerLike } from 'rxjs';
import { LONGEST_TIMER } from '../../../contracts/runtime/longestTimer.js';

/** Emits after a time, which may be longer than a timer of Node takes: such a timer would end at once. */
export const waitFor = (ms: number, scheduler: SchedulerLike): Observable<unknown> =>
  ms <= LONGEST_TIMER
    ? timer(Math.max(0, ms), scheduler)
    : timer(LONGEST_TIMER, scheduler).pipe(mergeMap(() => waitFor(ms - LONGEST_TIMER, scheduler)));
