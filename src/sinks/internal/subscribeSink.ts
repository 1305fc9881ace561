import type { Observable, Observer, Subscriber } from 'rxjs';
import { takeUntilClosed } from '../../contracts/flow/takeUntilClosed.js';

/**
 * Subscribes a sink to its source in two steps.
 *
 * Make the first call before other teardown is added to the subscriber. Then the source is unsubscribed from before
 * anything else is torn down. (Otherwise a valve that opens would make the source emit again.) Make the second call
 * last, when everything that `next` needs exists.
 *
 * The source is unsubscribed from as soon as the subscriber is closed, even while it emits synchronously inside
 * `subscribe`. An error thrown by `next` becomes the subscriber's error.
 *
 * @internal
 */
export const subscribeSink = (
  subscriber: Subscriber<unknown>,
): (<T>(source: Observable<T>, observer: Observer<T>) => void) => {
  const untilClosed = takeUntilClosed(subscriber);
  return (source, observer) => {
    if (subscriber.closed) return;
    source.pipe(untilClosed).subscribe({
      next: (value) => {
        try {
          observer.next(value);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => observer.error(error),
      complete: () => {
        // The source also completes when it is unsubscribed from. That is not the end of the values.
        if (!subscriber.closed) observer.complete();
      },
    });
  };
};
