import { type Observable, type Subscriber, Subject, takeUntil } from 'rxjs';

/**
 * Makes an operator that ends its source when a subscriber is closed.
 *
 * Adding the source's subscription to the subscriber is not enough: a source that emits while it is being subscribed to
 * has not returned its subscription yet, and would emit to the end though nobody listens.
 *
 * The operator completes when the subscriber is closed. An observer that does something on completion must check
 * `subscriber.closed`. Make the operator before other teardown is added to the subscriber, and the source is left
 * before that teardown runs.
 *
 * @internal
 */
export const takeUntilClosed = (subscriber: Subscriber<unknown>): (<T>(source: Observable<T>) => Observable<T>) => {
  const closed$ = new Subject<void>();
  subscriber.add(() => closed$.next());
  return <T>(source: Observable<T>) => source.pipe(takeUntil(closed$));
};
