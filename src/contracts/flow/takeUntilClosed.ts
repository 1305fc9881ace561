import { type Observable, type Subscriber, Subject, takeUntil } from 'rxjs';

/**
 * Makes an operator that ends its source when a subscriber is closed.
 *
 * It is not enough to add the source's subscription to the subscriber. A source that emits during its own subscription
 * has not returned that subscription yet. It would emit to its end without a subscriber.
 *
 * The operator completes when the subscriber is closed. An observer that acts on completion must check
 * `subscriber.closed`. Make the operator before other teardown is added to the subscriber. The source is then
 * unsubscribed before that teardown runs.
 *
 * @internal
 */
export const takeUntilClosed = (subscriber: Subscriber<unknown>): (<T>(source: Observable<T>) => Observable<T>) => {
  const closed$ = new Subject<void>();
  subscriber.add(() => closed$.next());
  return <T>(source: Observable<T>) => source.pipe(takeUntil(closed$));
};
