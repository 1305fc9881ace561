import { checkArgument, checkText } from '../contracts/checkArgument.js';
import { filter, Observable, take } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { Valve } from '../contracts/flow/Valve.js';

/** When a marble source was subscribed to and unsubscribed from: what `expectSubscriptions` takes. */
export type SubscriptionLogs = ReturnType<RunHelpers['cold']>['subscriptions'];

/** How a marble source plays. */
export interface MarbleSourceOptions {
  /** The valve that it honours. Default: none, and then it plays as `cold` does. */
  readonly valve?: Valve | undefined;
  /** What `#` stands for in the diagram. Default `'error'`. */
  readonly error?: unknown;
}

/** A cold source that plays a marble diagram, and keeps count. */
export interface MarbleSource<T> extends Observable<T> {
  /** How many values were read from it so far, by all its subscribers. */
  readonly read: number;
  /** When it was subscribed to: `expectSubscriptions(source$.subscriptions).toBe('^--!')`. */
  readonly subscriptions: SubscriptionLogs;
}

/**
 * A cold source in virtual time that plays a marble diagram and honours a valve, as a source of this library does: for
 * testing operators that hold one.
 *
 * What is due while the valve is closed waits until it opens, and all that comes later moves by as much. Values of one
 * frame, `(abc)`, are asked for one by one, so a valve that closes after `a` keeps `b` back. Completion and errors wait
 * likewise.
 *
 * ```marbles
 * diagram: -a-b-c-|
 * valve:   o-c----o----   closed from frame 2 to frame 7
 *          marbleSource(helpers, '-a-b-c-|', { valve })
 * source:  -a-----b-c-|
 * ```
 *
 * @param helpers what the `TestScheduler`'s `run` gives
 * @param marbles the diagram, as for `cold`
 * @param values what the letters stand for; without them, themselves
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
  // It never emits: it is here for its scheduler and for its log of subscriptions.
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
          // Not `filter(Boolean)`: while a valve is telling that it opened, a consumer may already hold it again.
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
