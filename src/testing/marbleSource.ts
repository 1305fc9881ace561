import { checkArgument, checkText } from '../contracts/checkArgument.js';
import { filter, Observable, take } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { Valve } from '../contracts/flow/Valve.js';

/** When a marble source was subscribed to and unsubscribed from: the argument of `expectSubscriptions`. */
export type SubscriptionLogs = ReturnType<RunHelpers['cold']>['subscriptions'];

/** Options of `marbleSource`. */
export interface MarbleSourceOptions {
  /** The valve that it obeys. Default: none, and then it plays as `cold` does. */
  readonly valve?: Valve | undefined;
  /** The error of `#` in the diagram. Default `'error'`. */
  readonly error?: unknown;
}

/** A cold source that plays a marble diagram, and counts its values. */
export interface MarbleSource<T> extends Observable<T> {
  /** The number of values that all its subscribers have read so far. */
  readonly read: number;
  /** When it was subscribed to: `expectSubscriptions(source$.subscriptions).toBe('^--!')`. */
  readonly subscriptions: SubscriptionLogs;
}

/**
 * A cold source in virtual time that plays a marble diagram and obeys a valve, as the sources of this library do. Use
 * it to test operators that hold a valve.
 *
 * Notifications that are due while the valve is closed wait until it opens, and all later ones are delayed by the same
 * time. For values of one frame, `(abc)`, the valve is checked before each, so a valve that closes after `a` holds back
 * `b`. Completion and errors wait in the same way.
 *
 * ```marbles
 * diagram: -a-b-c-|
 * valve:   o-c----o----   closed from frame 2 to frame 7
 *          marbleSource(helpers, '-a-b-c-|', { valve })
 * source:  -a-----b-c-|
 * ```
 *
 * @param helpers the run helpers of the `TestScheduler`
 * @param marbles the diagram, as for `cold`
 * @param values the value of each letter; without them, each letter is its own value
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 * @example
 * ```ts
 * import { valve } from 'headwater';
 * import { marbleSource, runMarbles } from 'headwater/testing';
 * import { delay, concatMap, of, tap } from 'rxjs';
 *
 * runMarbles((helpers) => {
 *   const brake = valve();
 *   const source$ = marbleSource(helpers, '-(abc|)', undefined, { valve: brake });
 *   // An operator that holds the valve while it works on a value: two milliseconds each.
 *   const worked$ = source$.pipe(
 *     concatMap((value) => {
 *       const release = brake.hold();
 *       return of(value).pipe(delay(2), tap({ finalize: release }));
 *     }),
 *   );
 *   helpers.expectObservable(worked$).toBe('---a-b-(c|)');
 * });
 * ```
 */
export const marbleSource = <T = string>(
  helpers: RunHelpers,
  marbles: string,
  values?: Readonly<Record<string, T>>,
  { valve, error }: MarbleSourceOptions = {},
): MarbleSource<T> => {
  checkArgument('marbleSource', 'helpers', helpers, 'the helpers of runMarbles()', ['hot', 'cold']);
  checkText('marbleSource', 'marbles', marbles, 'a marble diagram');

  const messages = TestScheduler.parseMarbles(marbles, values, error, undefined, true);
  // It never emits. It provides its scheduler and its log of subscriptions.
  const log = helpers.cold<T>('');
  let read = 0;

  const source$ = new Observable<T>((subscriber) => {
    subscriber.add(log.subscribe());
    let position = 0;

    const play = (): void => {
      for (;;) {
        const message = messages[position];
        if (message === undefined || subscriber.closed) return;
        if (valve !== undefined && !valve.isOpen) {
          // `isOpen` is read instead of the emitted value: while a valve notifies its subscribers that it is open, a
          // consumer may already hold it again.
          subscriber.add(
            valve.open$
              .pipe(
                filter(() => valve.isOpen),
                take(1),
              )
              .subscribe(play),
          );
          return;
        }
        position += 1;
        const { notification } = message;
        if (notification.kind === 'N') {
          read += 1;
          subscriber.next(notification.value as T);
        } else if (notification.kind === 'E') subscriber.error(notification.error);
        else subscriber.complete();

        const gap = (messages[position]?.frame ?? message.frame) - message.frame;
        if (gap > 0) {
          subscriber.add(log.scheduler.schedule(play, gap));
          return;
        }
      }
    };

    const first = messages[0];
    if (first !== undefined) subscriber.add(log.scheduler.schedule(play, first.frame));
  });

  return Object.defineProperties(source$, {
    read: { get: () => read },
    subscriptions: { value: log.subscriptions },
  }) as MarbleSource<T>;
};
