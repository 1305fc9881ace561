import type { ServerResponse } from 'node:http';
import { fromEvent, merge, type Observable, take, takeUntil } from 'rxjs';
import type { EventHistory } from './EventHistory.js';

/** What a listener is sent. */
export interface EventStreamOptions {
  readonly history: EventHistory;
  /** Emits when it is time to show that the connection lives. */
  readonly heartbeat$: Observable<unknown>;
  /** Emits when the listeners are to go. */
  readonly drain$: Observable<unknown>;
  /** The id of the event that it has had last, where it comes back. */
  readonly lastEventId: string | undefined;
  /** How many of the last events it begins with where it does not come back. */
  readonly last: number;
  /** Told how many events it has missed for good. */
  readonly missed: (events: number) => void;
}

/** How long a listener that was cut off waits before it comes back. Milliseconds. */
const RETRY_MS = 3000;

/**
 * Sends events for as long as the client listens, from after the one that it had last.
 *
 * Nothing is queued for it: while it does not read, nothing is written, and afterwards it goes on in the history from
 * where it was. What it can no longer have is told by an event `missed`.
 *
 * @see the WHATWG HTML standard, section server-sent events
 */
export const answerEvents = (
  response: ServerResponse,
  { history, heartbeat$, drain$, lastEventId, last, missed }: EventStreamOptions,
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

  // A proxy that gathers what it passes on would keep the events to itself.
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  write(`retry: ${RETRY_MS}\n\n`);
  const resumption = history.resume(lastEventId, last);
  next = resumption.next;
  if (resumption.missed !== 0) tellMissed(resumption.missed);
  catchUp();

  const left$ = merge(fromEvent(response, 'close'), drain$).pipe(take(1));
  history.grown$.pipe(takeUntil(left$)).subscribe(catchUp);
  heartbeat$.pipe(takeUntil(left$)).subscribe(() => {
    if (!behind) write(': still here\n\n');
  });
  drain$.pipe(takeUntil(fromEvent(response, 'close'))).subscribe(() => response.end());
};
