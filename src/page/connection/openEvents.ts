import { createParser } from 'eventsource-parser';
import { Observable } from 'rxjs';
import { clockAhead } from '../elements/lag.js';
import { type Opened, type ServerSent, TokenWanted } from './reconnecting.js';

/**
 * How long a connection may be silent before it counts as lost: the server shows every 4 s that it lives.
 * Milliseconds.
 */
const SILENCE_MS = 12_000;

/**
 * Opens server-sent events by `fetch`: an `EventSource` could send no token.
 *
 * Completes when the server ends the stream. Errors: `TokenWanted`; where it cannot be reached, refuses, or is silent
 * for 12 s.
 */
export const openEvents = (
  path: string,
  headers: Readonly<Record<string, string>>,
  lastEventId: string,
): Observable<Opened | ServerSent> =>
  new Observable((subscriber) => {
    const leaving = new AbortController();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => leaving.abort(), SILENCE_MS);
    };
    const parser = createParser({
      onEvent: ({ event = 'message', data, id = '' }) => subscriber.next({ type: 'event', name: event, data, id }),
    });

    const read = async (): Promise<void> => {
      const response = await fetch(path, {
        headers: {
          ...headers,
          accept: 'text/event-stream',
          ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
        },
        cache: 'no-store',
        signal: leaving.signal,
      });
      if (response.status === 401) throw new TokenWanted();
      if (!response.ok || response.body === null) throw new Error(`The server answered ${response.status}.`);
      subscriber.next({ type: 'opened', aheadMs: clockAhead(response.headers.get('date'), Date.now()) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        heard();
        const { done, value } = await reader.read();
        if (done) return;
        parser.feed(value);
      }
    };
    heard();
    read().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      clearTimeout(silence);
      leaving.abort();
    };
  });
