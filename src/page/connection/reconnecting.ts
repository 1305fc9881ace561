import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  of,
  repeat,
  startWith,
  tap,
  throwError,
  timer,
} from 'rxjs';

/** A server-sent event. */
export interface ServerSent {
  readonly type: 'event';
  readonly name: string;
  readonly data: string;
  /** Empty where it has none. */
  readonly id: string;
}

/** A connection is open. */
export interface Opened {
  readonly type: 'opened';
  /** What the server's clock is ahead of ours, in milliseconds. */
  readonly aheadMs: number;
}

/** What happens to a stream of events that is opened again when it is lost. */
export type StreamNews =
  | { readonly type: 'connecting' }
  | Opened
  | ServerSent
  | { readonly type: 'waiting'; readonly ms: number }
  | { readonly type: 'over' };

/** The server wants a token, or another one. Trying again would not help. */
export class TokenWanted extends Error {
  override readonly name = 'TokenWanted';
}

/** How a stream is opened again. */
export interface ReconnectingOptions {
  /** Opens the stream after the event of this id; empty for none. Completes or fails when it is lost. */
  readonly open: (lastEventId: string) => Observable<Opened | ServerSent>;
  /** The last event that is known already. Default: none. */
  readonly lastEventId?: string | undefined;
  /**
   * Asked when the stream is lost: whether all has been told, and there is nothing to come back for. Default: never.
   */
  readonly isOver?: (() => boolean) | undefined;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** The longest wait before the first new attempt; each further one doubles it. Milliseconds; default 1,000. */
  readonly firstMs?: number | undefined;
  /** The longest wait of all. Milliseconds; default 15,000. */
  readonly mostMs?: number | undefined;
}

/**
 * Keeps a stream of events open: when it is lost it is opened again after the last event that came, sooner or later by
 * chance (exponential backoff with full jitter), for as long as it takes.
 *
 * ```
 * open:    --o-a-b-#         o: opened;  a, b: events
 * open:             ---o-c-|
 * result:  c-o-a-b-w--c--o-c-w---        c: connecting;  w: waiting
 * ```
 *
 * Completes once the stream ends and is over. Errors: `TokenWanted` alone.
 *
 * @see M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export const reconnecting = ({
  open,
  lastEventId = '',
  isOver = () => false,
  random,
  firstMs = 1000,
  mostMs = 15_000,
}: ReconnectingOptions): Observable<StreamNews> =>
  defer(() => {
    let last = lastEventId;
    let attempts = 0;

    const session$ = defer(() => open(last)).pipe(
      tap((news) => {
        if (news.type === 'opened') {
          attempts = 0;
          return;
        }
        if (news.id !== '') last = news.id;
      }),
      catchError((error: unknown) => (error instanceof TokenWanted ? throwError(() => error) : EMPTY)),
      startWith<StreamNews>({ type: 'connecting' }),
    );
    const pause$ = defer((): Observable<StreamNews> => {
      if (isOver()) return of({ type: 'over' });
      const ms = Math.floor(random() * Math.min(mostMs, firstMs * 2 ** attempts++));
      return merge(of<StreamNews>({ type: 'waiting', ms }), timer(ms).pipe(ignoreElements()));
    });
    return concat(session$, pause$).pipe(repeat({ delay: () => (isOver() ? EMPTY : of(true)) }));
  });
