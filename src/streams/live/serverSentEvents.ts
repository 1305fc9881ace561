import { asyncScheduler, Observable } from 'rxjs';
import { checkTypes } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { checkBodyOptions, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { drain } from '../bodies/drain.js';
import { locate } from '../bodies/locate.js';
import { bodyError } from '../bodies/openBody.js';
import { rejecting } from '../internal/rejecting.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import { ConnectionLost } from '../bodies/http/faults/ConnectionLost.js';
import { guard, ownHeaders, type ConnectionOptions } from './ConnectionOptions.js';
import { EventReader } from './internal/EventReader.js';
import { HeadlineDecoder } from './internal/HeadlineDecoder.js';
import type { LiveOptions } from './LiveOptions.js';
import { openEventStream } from './internal/openEventStream.js';
import { reconnecting, type Connect } from './internal/reconnecting.js';
import { checkReconnectOptions, type ReconnectOptions } from './ReconnectOptions.js';
import { worthRetrying } from './internal/worthRetrying.js';

/** Options for reading server-sent events. */
export interface ServerSentEventsOptions
  extends Omit<BodyOptions, 'bodyTimeout'>, LiveOptions, ReconnectOptions, ConnectionOptions {
  /**
   * How long the server may send nothing at all, not even comments, before the connection counts as dead. Time while
   * the valve is closed does not count. Milliseconds; default 90,000.
   */
  readonly bodyTimeout?: number | undefined;
  /** The longest event, without comments. Bytes; default 1,048,576. */
  readonly maxEventBytes?: number | undefined;
  /**
   * The types of events that are read. An event without a type has the type `message`. Other types are skipped.
   * Default: all but `ping`, `heartbeat` and `keepalive`.
   */
  readonly types?: readonly string[] | undefined;
  /** The id of the last event of an earlier run. The server then resumes after this event. Default: none. */
  readonly lastEventId?: string | undefined;
}

// Control characters that are not allowed in a header. The standard excludes only NUL and leaves the rest to the
// browser.
const UNSENDABLE = /[\0-\x08\x0a-\x1f\x7f]/;

/** The longest wait that a server can ask for by `retry:`. A typing error must not silence a stream for weeks. */
const LONGEST_RETRY_MS = 3_600_000;

const requireId = (id: string): string => {
  if (!UNSENDABLE.test(id)) return id;
  throw new HeadwaterError('HW_USAGE', 'lastEventId has a control character in it, which cannot be sent.');
};

/**
 * Emits the headlines of a stream of server-sent events, each as soon as its event is complete, and reconnects when the
 * connection is lost.
 *
 * ```marbles drawn
 * connection:       -a-c--b--#         c: a comment;  it breaks after b
 * next connection:  -------------d-|   its request has Last-Event-ID: b
 *                   serverSentEvents(url)
 * headlines:        -a----b------d--
 * ```
 *
 * The data of an event is a title, or a JSON object as defined by `headlineJson`. If it has several lines, each line is
 * one record, except for an object that spans several lines. A headline without a `guid` gets the id of the event, if
 * it is the only one in its event. The elements of a JSON array are records of their own. `[DONE]`, which some servers
 * send at the end, is skipped, and so are the event types with which servers keep a connection alive (`ping`,
 * `heartbeat`, `keepalive`).
 *
 * **Reconnection.** The source reconnects if a connection breaks, ends or falls silent, if it cannot be established, or
 * if the answer is 408, 425, 429 or 5xx. The wait is drawn below a bound that doubles with each consecutive failure
 * (see `backoff`), plus the wait that the server asks for with `retry:` (at most an hour) or `Retry-After`. The request
 * sends the id of the last event whose headlines were all emitted as `Last-Event-ID`, so that a server that keeps its
 * events can send the rest. Some servers send a few events and end the connection each time: then the bound stays at
 * four times the first one or below. Once the stream has been open, any other answer, such as a 404 or a page, is
 * temporary too. A 204 completes the stream.
 *
 * **Rejections.** `item`: data that begins like an object but is not one. `field`: an invalid field. `oversize`: an
 * event longer than `maxEventBytes`. `encoding`: an event that is not UTF-8. Line and byte are those of the event
 * within its connection. Reading continues at the next event.
 *
 * **Events** are sent to `events` as they happen: `opened`, `moved` (later requests still go to the original URL), and
 * `failed` with the wait.
 *
 * **Memory.** Holds one chunk of 64 KiB, the longest event twice, and what Node's streams read ahead. While the valve
 * is closed, nothing is emitted, nothing more is read, and no connection is made.
 *
 * **Errors** end the stream. Only before it has been open: `HW_HTTP_STATUS` any other status; `HW_FEED` a response that
 * is not `text/event-stream`; `HW_ADDRESS` a redirect or a public name that leads into a private network (unless
 * `allowPrivate`); `HW_HTTP_REDIRECTS`. At any time: `HW_ENCODING` an encoding that is unknown; `HW_CSV` for UTF-16;
 * after `maxAttempts` consecutive failures, the last error: `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_CUT` or
 * `HW_HTTP_STATUS`; without `rejections`, `HW_REJECTIONS` a record that is not a headline; and any error that
 * `rejections` or `events` throws.
 *
 * @param url an http or https URL. A user name and a password in it are sent, but not shown in headlines or messages
 * @throws HeadwaterError `HW_USAGE` for a URL or an option that cannot work
 *
 * @example
 * ```ts
 * import { once } from 'node:events';
 * import { createServer } from 'node:http';
 * import type { AddressInfo } from 'node:net';
 * import { serverSentEvents } from 'headwater';
 * import { firstValueFrom } from 'rxjs';
 *
 * const server = createServer((_request, response) => {
 *   response.writeHead(200, { 'content-type': 'text/event-stream' });
 *   response.write('id: a1\ndata: {"title": "Ferry returns to port"}\n\n');
 * });
 * await once(server.listen(0, '127.0.0.1'), 'listening');
 * const { port } = server.address() as AddressInfo;
 *
 * const { title, guid } = await firstValueFrom(serverSentEvents(`http://127.0.0.1:${port}/news`));
 * console.log(title, guid); // Ferry returns to port a1
 * server.close();
 * ```
 */
export const serverSentEvents = (
  url: string | URL,
  options: ServerSentEventsOptions = {},
): Observable<LiveHeadline> => {
  checkTypes('serverSentEvents', options, { allowPrivate: 'boolean', contact: 'string', lastEventId: 'string' });
  const location = locate(url);
  if (location.kind !== 'http')
    throw new HeadwaterError(
      'HW_USAGE',
      `Not an address of a stream of events: ${location.name}. Give http or https.`,
      { where: location.name },
    );
  const { name } = location;
  const { scheduler = asyncScheduler, events, valve, rejections } = options;
  const asking = {
    address: location,
    name,
    headers: ownHeaders(options, location.url),
    timeouts: checkBodyOptions({ ...options, bodyTimeout: options.bodyTimeout ?? 90_000 }),
    guard: guard(location.url, name, options.allowPrivate),
  };
  const maxEventBytes = requireNumber('maxEventBytes', options.maxEventBytes, 1_048_576, 1);
  const types = options.types === undefined ? undefined : new Set(options.types);
  const firstId = requireId(options.lastEventId ?? '');
  const again = { ...checkReconnectOptions(options), source: name, events, valve, scheduler };
  requirePacing(options);
  const reject = rejecting(rejections);

  return new Observable((all) => {
    let lastEventId = firstId;
    let retryMs = 0;
    const decoder = new HeadlineDecoder(
      name,
      () => scheduler.now(),
      (headline) => all.next(headline),
      reject,
    );

    const connect: Connect<never> = (tell) =>
      new Observable((connection) => {
        const abort = new AbortController();
        const reader = new EventReader({
          source: name,
          maxEventBytes,
          types,
          decoder,
          passed: (id) => {
            if (!UNSENDABLE.test(id)) lastEventId = id;
          },
          retry: (ms) => (retryMs = Math.min(LONGEST_RETRY_MS, ms)),
        });
        const failed = (error: unknown): void => {
          // An error before the first byte of the body arrives here while the stream is still being opened.
          const lost =
            error instanceof ConnectionLost ? error : worthRetrying(bodyError(location, error, reader.progress));
          connection.error(
            lost instanceof ConnectionLost
              ? new ConnectionLost(lost.error, Math.max(lost.atLeastMs, retryMs), lost.served)
              : lost,
          );
        };
        const opened = (movedTo: string | undefined): void => {
          if (connection.closed) return;
          if (movedTo !== undefined) tell({ type: 'moved', to: movedTo });
          tell({ type: 'opened' });
        };
        connection.add(() => abort.abort());
        openEventStream({ ...asking, lastEventId }, abort.signal, opened, () => scheduler.now()).then((body) => {
          if (body === undefined) {
            connection.complete();
            return;
          }
          const draining = drain(body, reader, options, {
            complete: () =>
              failed(
                new ConnectionLost(
                  new HeadwaterError('HW_HTTP_CUT', `${name} ended its stream after ${reader.progress}.`, {
                    where: name,
                  }),
                  0,
                  reader.hasEvents,
                ),
              ),
            broken: failed,
            failed: (error) => connection.error(error),
          });
          connection.add(() => draining.stop());
          if (!connection.closed) draining.start();
        }, failed);
      });

    return reconnecting(connect, again).subscribe(all);
  });
};
