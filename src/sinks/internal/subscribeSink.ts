import { Subject, takeUntil, type Observable, type Observer, type Subscriber } from 'rxjs';

/**
 * Makes the subscription of a sink to its source, in two moments: made first, so that on leaving the source is left
 * before anything else is undone (an opening valve would make it send again), and called last, when everything that a
 * value needs is there.
 *
 * The source is left the moment the subscriber is done, even by a source that sends everything while it is being
 * subscribed to and has handed out no subscription yet. What `next` throws becomes the subscriber's error.
 *
 * @internal
 */
export const subscribeSink = (
  subscriber: Subscriber<unknown>,
): (<T>(source: Observable<T>, observer: Observer<T>) => void) => {
  const left$ = new Subject<void>();
  subscriber.add(() => left$.next());
  return (source, observer) => {
    if (subscriber.closed) return;
    source.pipe(takeUntil(left$)).subscribe({
      next: (value) => {
        try {
          observer.next(value);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => observer.error(error),
      complete: () => {
        // takeUntil completes when the source is left, too: that is no end of the values.
        if (!subscriber.closed) observer.complete();
      },
    });
  };
};
