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
  /** Empty if the event has no id. */
  readonly id: string;
}

/** A connection is open. */
export interface Opened {
  readonly type: 'opened';
  /** The difference of the server's clock to the local clock, in milliseconds; positive if the server is ahead. */
  readonly aheadMs: number;
}

/** Events of a stream that is reopened when it is lost. */
export type StreamNews =
  | { readonly type: 'connecting' }
  | Opened
  | ServerSent
  | { readonly type: 'waiting'; readonly ms: number }
  | { readonly type: 'over' };

/** The server requires a token, or a different one. A retry would not help. */
export class TokenWanted extends Error {
  override readonly name = 'TokenWanted';
}

/** The options for reopening a stream. */
export interface ReconnectingOptions {
  /** Opens the stream after the event with this id; empty for none. Completes or fails when the stream is lost. */
  readonly open: (lastEventId: string) => Observable<Opened | ServerSent>;
  /** The id of the last event that is already known. Default: none. */
  readonly lastEventId?: string | undefined;
  /**
   * Called when the stream is lost. True means that everything was received and the stream is not reopened. Default:
   * never.
   */
  readonly isOver?: (() => boolean) | undefined;
  /** Returns random numbers in [0, 1). */
  readonly random: () => number;
  /** The maximum wait before the first reconnection. Each further one doubles it. Milliseconds; default 1,000. */
  readonly firstMs?: number | undefined;
  /** The upper limit of all waits. Milliseconds; default 15,000. */
  readonly mostMs?: number | undefined;
}

/**
 * Keeps a stream of events open. When it is lost, it is reopened after the last received event, with exponential
 * backoff and full jitter, without a limit of attempts.
 *
 * ```
 * open:    --o-a-b-#         o: opened;  a, b: events
 * open:             ---o-c-|
 * result:  c-o-a-b-w--c--o-c-w---        c: connecting;  w: waiting
 * ```
 *
 * Completes once the stream ends and is over. Errors: only `TokenWanted`.
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
