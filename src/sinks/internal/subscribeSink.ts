import type { Observable, Observer, Subscriber } from 'rxjs';
import { takeUntilClosed } from '../../contracts/flow/takeUntilClosed.js';

/**
 * Makes the subscription of a sink to its source, in two steps.
 *
 * The first call comes before other teardown is added to the subscriber: then the source is left before anything else
 * is undone. (A valve that opens would make the source emit again.) The second call comes last, when everything that a
 * value needs is there.
 *
 * The source is left as soon as the subscriber is closed, even while it emits synchronously inside `subscribe`. What
 * `next` throws becomes the subscriber's error.
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
        // The source completes when it is left, too: that is no end of the values.
        if (!subscriber.closed) observer.complete();
      },
    });
  };
};
