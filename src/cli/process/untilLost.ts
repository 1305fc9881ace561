import { catchError, EMPTY, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * A sink whose output may be lost without ending what it stands beside: where it cannot write any more, that is told,
 * and the sink is left.
 *
 * ```
 * source:  --a-b-c--d--|
 *              untilLost(sink)        the sink fails at c
 * result:  ------|                    told
 * ```
 *
 * @param sink what writes
 * @param say told why, where nobody else is
 */
export const untilLost =
  <T>(sink: OperatorFunction<T, never>, say?: (line: string) => void): OperatorFunction<T, never> =>
  (source) => {
    let failure: { readonly error: unknown } | undefined;
    return source.pipe(
      // The source's own error is none of the sink's.
      catchError((error: unknown) => {
        failure = { error };
        throw error;
      }),
      sink,
      catchError((error: unknown) => {
        if (failure?.error === error || !(error instanceof HeadwaterError)) throw error;
        say?.(`${error.message} The work goes on without it. [${error.code}]`);
        return EMPTY;
      }),
    );
  };
