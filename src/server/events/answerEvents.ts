import type { ServerResponse } from 'node:http';
import { fromEvent, merge, NEVER, type Observable, take, takeUntil } from 'rxjs';
import type { EventHistory } from './EventHistory.js';

/** What a listener receives. */
export interface EventStreamOptions {
  readonly history: EventHistory;
  /** Emits when a heartbeat is due. */
  readonly heartbeat$: Observable<unknown>;
  /** Emits when the listeners must disconnect. */
  readonly drain$: Observable<unknown>;
  /** Emits when a listener that has not read everything is cut off. Default: never. */
  readonly cut$?: Observable<unknown> | undefined;
  /** The id of the last event that the listener received, if it reconnects. */
  readonly lastEventId: string | undefined;
  /** How many of the last events a new listener receives first. */
  readonly last: number;
  /** Called with the number of events that the listener has lost. */
  readonly missed: (events: number) => void;
}

/** How long a disconnected listener waits before it reconnects. Milliseconds. */
const RETRY_MS = 3000;

/**
 * Sends events while the client listens, starting after the last event that it received. A new listener that asks for
 * the last events first receives the latest state of each feed that they do not tell.
 *
 * There is no queue for each listener. While the client does not read, nothing is written. Afterwards, it continues in
 * the history where it stopped. An event `missed` reports how many events are no longer available.
 *
 * @see the WHATWG HTML standard, section server-sent events
 */
export const answerEvents = (
  response: ServerResponse,
  { history, heartbeat$, drain$, cut$ = NEVER, lastEventId, last, missed }: EventStreamOptions,
): void => {
  let behind = false;
  let next = 0;

  const write = (frame: Buffer | string): void => {
    if (response.write(frame)) return;
    behind = true;
    response.once('drain', () => {
      behind = false;
      catchUp();
    });
  };

  const tellMissed = (events: number | undefined): void => {
    if (events !== undefined) missed(events);
    write(`event: missed\ndata: ${JSON.stringify({ events: events ?? null })}\n\n`);
  };

  const catchUp = (): void => {
    if (!behind && next < history.first) {
      const lost = history.first - next;
      next = history.first;
      tellMissed(lost);
    }
    while (!behind && next < history.end) write(history.frame(next++));
  };

  // The header disables buffering in proxies, which would delay the events.
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  write(`retry: ${RETRY_MS}\n\n`);
  const isNew = lastEventId === undefined || lastEventId === '';
  const resumption = history.resume(lastEventId, last);
  next = resumption.next;
  if (isNew && last > 0) for (const frame of history.statesBefore(next)) write(frame);
  if (resumption.missed !== 0) tellMissed(resumption.missed);
  catchUp();

  const closed$ = fromEvent(response, 'close');
  const left$ = merge(closed$, drain$).pipe(take(1));
  history.grown$.pipe(takeUntil(left$)).subscribe(catchUp);
  heartbeat$.pipe(takeUntil(left$)).subscribe(() => {
    if (!behind) write(': still here\n\n');
  });
  drain$.pipe(takeUntil(closed$)).subscribe(() => response.end());
  cut$.pipe(takeUntil(closed$)).subscribe(() => response.destroy());
};
