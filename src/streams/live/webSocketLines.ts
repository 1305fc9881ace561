import { asyncScheduler, defer, interval, Observable, switchMap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { checkBodyOptions, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { noAnswer } from '../bodies/http/faults/httpError.js';
import { loadUndici } from '../bodies/http/connection/loadUndici.js';
import { inTurns } from '../pacing/internal/inTurns.js';
import { rejecting } from '../internal/rejecting.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import { ConnectionLost } from '../bodies/http/faults/ConnectionLost.js';
import { guard, ownHeaders, type ConnectionOptions } from './ConnectionOptions.js';
import { HeadlineDecoder } from './internal/HeadlineDecoder.js';
import type { LiveOptions } from './LiveOptions.js';
import { openWebSocket, type WebSocketEnd } from './internal/openWebSocket.js';
import { reconnecting, type Connect } from './internal/reconnecting.js';
import { checkReconnectOptions, type ReconnectOptions } from './ReconnectOptions.js';
import { refusal } from '../bodies/http/refusal.js';
import { socketAddress } from './internal/socketAddress.js';
import { SocketMessages } from './internal/SocketMessages.js';

/** How the messages of a WebSocket are read. */
export interface WebSocketLinesOptions
  extends Pick<BodyOptions, 'headersTimeout'>, LiveOptions, ReconnectOptions, ConnectionOptions {
  /**
   * How long the server may send nothing at all, not even an answer to a ping, before the connection is taken for dead;
   * time behind a closed valve does not count. It is pinged after half of it, and found dead after one and a half times
   * this at most. Milliseconds; default 60,000.
   */
  readonly bodyTimeout?: number | undefined;
  /**
   * The longest message. A longer one is rejected; one more than eight times as long breaks the connection before it is
   * taken in. Bytes; default 1,048,576.
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * How much may wait to be emitted, of what the network had brought when the valve closed. More ends the stream with
   * `HW_OVERFLOW`. Bytes; default 16,777,216.
   */
  readonly maxWaitingBytes?: number | undefined;
}

/** So many times the longest message is still taken in, to be rejected alone. */
const TAKEN_IN = 8;

/** RFC 6455, 7.4.1: what the connection was for is done. */
const NORMAL = 1000;
/** The same: it was cut, without a goodbye. */
const ABNORMAL = 1006;

/** What an end means that is not the normal one. */
const endError = (
  name: string,
  { opened, code, reason, answer, cause, proxy }: WebSocketEnd,
  progress: string,
  now: number,
): HeadwaterError | ConnectionLost => {
  if (opened) {
    const said =
      code === ABNORMAL ? '' : `, with code ${code}${reason === '' ? '' : ` and reason ${JSON.stringify(reason)}`}`;
    return new ConnectionLost(
      new HeadwaterError('HW_HTTP_CUT', `${name} broke off after ${progress}${said}.`, { cause, where: name }),
    );
  }
  if (cause instanceof HeadwaterError) return cause;
  if (answer === undefined)
    return new ConnectionLost(noAnswer(name, cause ?? new Error('the server did not open a WebSocket'), proxy));
  if (answer.status >= 200 && answer.status < 300) {
    return new HeadwaterError(
      'HW_FEED',
      `${name} answers with a page (${answer.status}) instead of opening a WebSocket. Check the address.`,
      { where: name },
    );
  }
  return refusal(name, answer, now);
};

/**
 * Emits the headlines in the messages of a WebSocket, each as soon as its message has come, and comes back when the
 * connection is lost.
 *
 * ```
 * connection  --a--b--x   ~~~ --c--|      x: the connection breaks, |: closed with code 1000
 *             webSocketLines(url)
 * headlines   --a--b------------c--|
 * ```
 *
 * A message is a title, or a JSON object as `headlineJson` has it; where it has several lines, each is one, but for an
 * object that goes over several lines. Binary messages are read as UTF-8. A JSON array is
 * neither and is rejected; `[DONE]`, which some servers send at the end, is passed over.
 *
 * **Reconnection.** A connection that breaks, is closed with any code but 1000 (which completes the stream), or falls
 * silent is made again, and so is one that cannot be made or is answered with 408, 425, 429 or 5xx. The wait is drawn
 * below a bound that doubles with each failure in a row (see `backoff`), on top of a `Retry-After`. What the server
 * sent meanwhile is lost, unless it sends it again: a WebSocket has no ids to resume from.
 *
 * **Rejections.** `item` is a text that begins like an object and is none; `field` a field of it that is not what it
 * should be; `oversize` a message longer than `maxMessageBytes`; `encoding` one that is not UTF-8. They have no line.
 *
 * **Events** are told as they happen: `opened`, and `failed` with the wait.
 *
 * While the valve is closed nothing is emitted, no connection is made, and no more is read from the network: what the
 * socket had brought by then waits, at most `maxWaitingBytes` of it.
 *
 * **Errors** end the stream: `HW_HTTP_STATUS` any other status (redirects are not followed); `HW_ADDRESS` a public name
 * that leads into a private network (unless `allowPrivate`); `HW_FEED` a page instead of a WebSocket; `HW_OVERFLOW`
 * more waiting than may; after `maxAttempts` failures in a row the last one's `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`,
 * `HW_HTTP_CUT` or `HW_HTTP_STATUS`; `HW_REJECTIONS` a record that is no headline where there is no `rejections`; and
 * what `rejections` and `events` throw.
 *
 * @param url an address: ws, wss, http or https. A name and a password in it are sent, and not shown in headlines or
 *   messages
 * @throws HeadwaterError `HW_USAGE` for an address or an option that cannot work
 *
 * @example
 * ```ts
 * import { webSocketLines } from 'headwater';
 * import { map } from 'rxjs';
 *
 * export const titles$ = webSocketLines('wss://example.org/news', {
 *   events: { next: (event) => console.error(event.type, event.source) },
 * }).pipe(map(({ title }) => title));
 * ```
 */
export const webSocketLines = (url: string | URL, options: WebSocketLinesOptions = {}): Observable<LiveHeadline> => {
  const { name, url: address, authorization } = socketAddress(url);
  const { scheduler = asyncScheduler, events, valve, rejections } = options;
  const { headersTimeout, bodyTimeout } = checkBodyOptions({
    headersTimeout: options.headersTimeout,
    bodyTimeout: options.bodyTimeout ?? 60_000,
  });
  const maxMessageBytes = requireNumber('maxMessageBytes', options.maxMessageBytes, 1_048_576, 1);
  const maxWaitingBytes = requireNumber(
    'maxWaitingBytes',
    options.maxWaitingBytes,
    Math.max(16_777_216, maxMessageBytes),
    maxMessageBytes,
  );
  const guarded = guard(address, name, options.allowPrivate);
  const asking = {
    url: address,
    headers: { ...authorization, ...ownHeaders(options, address) },
    timeout: headersTimeout,
    maxPayloadBytes: TAKEN_IN * maxMessageBytes,
  };
  const again = { ...checkReconnectOptions(options), source: name, events, valve, scheduler };
  requirePacing(options);
  const reject = rejecting(rejections);

  return new Observable((all) => {
    const intake = new HeadlineDecoder(
      name,
      () => scheduler.now(),
      (headline) => all.next(headline),
      reject,
    );

    const connect: Connect<never> = (tell) =>
      defer(loadUndici).pipe(
        switchMap(
          (undici) =>
            new Observable<never>((connection) => {
              const messages = new SocketMessages(name, { maxMessageBytes, maxWaitingBytes }, intake);
              let held = false;
              let end: WebSocketEnd | undefined;

              const finish = (how: WebSocketEnd): void => {
                if (how.opened && how.code === NORMAL) connection.complete();
                else connection.error(endError(name, how, messages.progress, scheduler.now()));
              };
              const step = (): boolean => {
                if (messages.advance()) return true;
                if (end !== undefined) finish(end);
                else if (held) {
                  held = false;
                  line.resume();
                }
                return false;
              };
              const turns = inTurns(options, step, (error) => connection.error(error));

              const line = openWebSocket(
                undici,
                { ...asking, lookup: guarded(address) },
                {
                  opened: () => {
                    connection.add(interval(Math.max(1, bodyTimeout / 2), scheduler).subscribe(listen));
                    tell({ type: 'opened' });
                  },
                  message: (data) => {
                    try {
                      messages.push(data);
                    } catch (error) {
                      connection.error(error);
                      return;
                    }
                    turns.run();
                    if (messages.isEmpty || connection.closed) return;
                    held = true;
                    line.pause();
                  },
                  ended: (how) => {
                    end = how;
                    turns.run();
                  },
                },
              );

              let heard = 0;
              let quiet = 0;
              const listen = (): void => {
                if (held || line.bytesRead !== heard) {
                  heard = line.bytesRead;
                  quiet = 0;
                  return;
                }
                quiet++;
                if (quiet === 1) line.ping();
                else
                  connection.error(
                    new ConnectionLost(
                      new HeadwaterError(
                        'HW_HTTP_TIMEOUT',
                        `${name} fell silent after ${messages.progress}, and does not answer a ping.`,
                        { where: name },
                      ),
                    ),
                  );
              };
              connection.add(() => {
                turns.stop();
                line.close();
              });
              turns.start();
            }),
        ),
      );

    return reconnecting(connect, again).subscribe(all);
  });
};
