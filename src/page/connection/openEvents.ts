import { createParser } from 'eventsource-parser';
import { Observable } from 'rxjs';
import { clockAhead } from '../elements/lag.js';
import { type Opened, type ServerSent, TokenWanted } from './reconnecting.js';

/** A connection that is silent for this long counts as lost. The server sends a heartbeat every 4 s. Milliseconds. */
const SILENCE_MS = 12_000;

/**
 * Opens server-sent events with `fetch`, because `EventSource` cannot send a token.
 *
 * Completes when the server ends the stream. Errors: `TokenWanted`; an error if the server cannot be reached, refuses,
 * or is silent for 12 s.
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
