import { mergeMap, timer, type Observable, type SchedulerLike } from 'rxjs';
import { LONGEST_WAIT_MS } from '../backoff.js';

/** Emits after a time, which may be longer than a timer of Node takes: such a timer would end at once. */
export const waitFor = (ms: number, scheduler: SchedulerLike): Observable<unknown> =>
  ms <= LONGEST_WAIT_MS
    ? timer(Math.max(0, ms), scheduler)
    : timer(LONGEST_WAIT_MS, scheduler).pipe(mergeMap(() => waitFor(ms - LONGEST_WAIT_MS, scheduler)));
