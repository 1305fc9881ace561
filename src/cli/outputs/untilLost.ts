import type { OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { catchSinkError } from './catchSinkError.js';

/**
 * A sink whose failure does not end the main stream. If it cannot write, this is reported, and the sink is
 * unsubscribed.
 *
 * ```
 * source:  --a-b-c--d--|
 *              untilLost(sink)        the sink fails at c
 * result:  ------|                    told
 * ```
 *
 * @param sink the sink
 * @param say called with the reason, if nothing else reports it
 */
export const untilLost = <T>(
  sink: OperatorFunction<T, never>,
  say?: (line: string) => void,
): OperatorFunction<T, never> =>
  catchSinkError(sink, (error) => {
    if (!(error instanceof HeadwaterError)) throw error;
    say?.(`${error.message} The work continues without it. [${error.code}]`);
  });
