import { asyncScheduler, defer, interval, Observable, switchMap } from 'rxjs';
import { checkTypes } from '../../contracts/checkOption.js';
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

/** Options for reading the messages of a WebSocket. */
export interface WebSocketLinesOptions
  extends Pick<BodyOptions, 'headersTimeout'>, LiveOptions, ReconnectOptions, ConnectionOptions {
  /**
   * How long the server may send nothing at all, not even a pong, before the connection counts as dead. Time while the
   * valve is closed does not count. A ping is sent after half of this time, and the connection is given up after at
   * most one and a half times this time. Milliseconds; default 60,000.
   */
  readonly bodyTimeout?: number | undefined;
  /**
   * The longest message. A longer one is rejected. If it is more than eight times as long, the connection is closed
   * before the message is read completely. Bytes; default 1,048,576.
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * The limit on messages that were received but not yet emitted because the valve closed. Exceeding it ends the stream
   * with `HW_OVERFLOW`. Bytes; default 16,777,216, or `maxMessageBytes` if that is larger.
   */
  readonly maxWaitingBytes?: number | undefined;
  /**
   * Whether the stream completes when the server closes the connection with code 1000. If false, the source reconnects:
   * servers use this code also when they restart, or limit how long a connection may last. Default false.
   */
  readonly endOnClose?: boolean | undefined;
}

/** A message up to this many times `maxMessageBytes` is still received, so that only the message is rejected. */
const TAKEN_IN = 8;

/** RFC 6455, 7.4.1: normal closure. */
const NORMAL = 1000;
/** RFC 6455, 7.4.1: the server goes down, or a browser leaves a page. */
const GOING_AWAY = 1001;
/** RFC 6455, 7.4.1: the connection was lost without a close frame. */
const ABNORMAL = 1006;

/** The error for an end after which the source reconnects, or fails. */
const endError = (
  name: string,
  { opened, code, reason, answer, cause, proxy }: WebSocketEnd,
  { progress, hasTaken }: Pick<SocketMessages, 'progress' | 'hasTaken'>,
  now: number,
): HeadwaterError | ConnectionLost => {
  if (opened) {
    const said =
      code === ABNORMAL ? '' : `, with code ${code}${reason === '' ? '' : ` and reason ${JSON.stringify(reason)}`}`;
    const inOrder = code === NORMAL || code === GOING_AWAY;
    const happened = inOrder ? 'closed the connection' : 'broke off';
    return new ConnectionLost(
      new HeadwaterError('HW_HTTP_CUT', `${name} ${happened} after ${progress}${said}.`, { cause, where: name }),
      0,
      inOrder && hasTaken,
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
 * Emits the headlines in the messages of a WebSocket, each as soon as its message arrives, and reconnects when the
 * connection is lost.
 *
 * ```marbles drawn
 * connection:       -a--b--#           it breaks after b
 * next connection:  -----------c---    and so on
 *                   webSocketLines(url)
 * headlines:        -a--b------c---
 * ```
 *
 * A message is a title, or a JSON object as defined by `headlineJson`. If it has several lines, each line is one
 * record, except for an object that spans several lines. The elements of a JSON array are records of their own. Binary
 * messages are read as UTF-8. `[DONE]`, which some servers send at the end, is skipped.
 *
 * **Reconnection.** The source reconnects if a connection breaks, is closed by the server or falls silent, if it cannot
 * be established, or if the answer is 408, 425, 429 or 5xx. With `endOnClose`, a close with code 1000 completes the
 * stream. The wait is drawn below a bound that doubles with each consecutive failure (see `backoff`), plus the wait of
 * a `Retry-After`. Some servers send a few messages and close the connection (1000 or 1001) each time: then the bound
 * stays at four times the first one or below. Once the stream has been open, any other answer, such as a 404 or a page,
 * is temporary too. Messages that the server sent in between are lost unless it sends them again: a WebSocket has no
 * ids to resume from.
 *
 * **Rejections.** `item`: a text that begins like an object but is not one. `field`: an invalid field. `oversize`: a
 * message longer than `maxMessageBytes`. `encoding`: a message that is not UTF-8. They have no line.
 *
 * **Events** are sent to `events` as they happen: `opened`, and `failed` with the wait.
 *
 * While the valve is closed, nothing is emitted, no connection is made, and nothing more is read from the network.
 * Messages that had already arrived wait, at most `maxWaitingBytes` of them.
 *
 * **Errors** end the stream. Only before it has been open: `HW_HTTP_STATUS` any other status (redirects are not
 * followed); `HW_ADDRESS` a public name that leads into a private network (unless `allowPrivate`); `HW_FEED` a page
 * instead of a WebSocket. At any time: `HW_OVERFLOW` more than `maxWaitingBytes` waiting; after `maxAttempts`
 * consecutive failures, the last error: `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_CUT` or `HW_HTTP_STATUS`;
 * without `rejections`, `HW_REJECTIONS` a record that is not a headline; and any error that `rejections` or `events`
 * throws.
 *
 * @param url a URL: ws, wss, http or https. A user name and a password in it are sent, but not shown in headlines or
 *   messages
 * @throws HeadwaterError `HW_USAGE` for a URL or an option that cannot work
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
  checkTypes('webSocketLines', options, { allowPrivate: 'boolean', contact: 'string', endOnClose: 'boolean' });
  const { name, url: address, authorization } = socketAddress(url);
  const { scheduler = asyncScheduler, events, valve, rejections, endOnClose = false } = options;
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
    const decoder = new HeadlineDecoder(
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
              const messages = new SocketMessages(name, { maxMessageBytes, maxWaitingBytes }, decoder);
              let held = false;
              let end: WebSocketEnd | undefined;

              const finish = (how: WebSocketEnd): void => {
                if (endOnClose && how.opened && how.code === NORMAL) connection.complete();
                else connection.error(endError(name, how, messages, scheduler.now()));
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
                // The server has sent a close frame, and should have closed the connection since.
                if (line.isClosing) {
                  line.hangUp();
                  return;
                }
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
