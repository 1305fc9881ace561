import { auditTime, buffer, connect, filter, merge, type OperatorFunction, type SchedulerLike } from 'rxjs';

/**
 * Groups values that arrive in one turn of the event loop, so that they can be worked on together; a lone one waits for nobody.
 *
 * ```
 * source:  --(ab)--c----(defgh)--|
 *              arrivingTogether(4)
 * result:  ----[ab]-[c]-[defg]-[h]-|
 * ```
 *
 * Holds at most `most` values.
 *
 * @param most the largest group
 */
export const arrivingTogether = <T>(most: number, scheduler?: SchedulerLike): OperatorFunction<T, readonly T[]> =>
  connect((value$) => {
    const turnEnds$ = value$.pipe(auditTime(0, scheduler));
    // Counted from the beginning, and not from the last group: between two of these there are never more than `most`.
    const fills$ = value$.pipe(filter((_, index) => index % most === most - 1));
    return value$.pipe(
      buffer(merge(turnEnds$, fills$)),
      filter((group) => group.length > 0),
    );
  });
