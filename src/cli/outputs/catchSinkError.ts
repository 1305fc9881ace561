import { catchError, EMPTY, type OperatorFunction } from 'rxjs';

/**
 * A sink that ends without an error if it fails. An error of the source passes on: it is not an error of the sink.
 *
 * @param sink the sink
 * @param handle called with the error of the sink; an error that it throws is the stream's error
 */
export const catchSinkError =
  <T>(sink: OperatorFunction<T, never>, handle: (error: unknown) => void): OperatorFunction<T, never> =>
  (source) => {
    let failure: { readonly error: unknown } | undefined;
    return source.pipe(
      catchError((error: unknown) => {
        failure = { error };
        throw error;
      }),
      sink,
      catchError((error: unknown) => {
        if (failure?.error === error) throw error;
        handle(error);
        return EMPTY;
      }),
    );
  };
