import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  asyncScheduler,
  firstValueFrom,
  from,
  map,
  type Observable,
  race,
  type SchedulerLike,
  shareReplay,
  timer,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { LoggedMessage, LogOptions, MessageLog } from '../MessageLog.js';
import { connectionAdvice } from '../internal/connectionAdvice.js';
import { loadJetStream } from './internal/loadJetStream.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';
import { isTemporary, whileElecting } from './internal/whileElecting.js';

/** Options of `jetStreamLog`. */
export interface JetStreamLogOptions extends LogOptions {
  /** A connection, which stays open; or a function that opens one, which is closed at the end. */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  readonly stream: string;
  /** The timer of the checks for messages that do not arrive. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The number of messages that the client requests in advance. */
const AHEAD = 256;

/** After so many milliseconds without a message, the stream is asked whether it has one. */
const QUIET_MS = 5000;

/** The messages after a position, by a consumer that only the client knows. */
const openMessages = async (
  js: JetStreamClient,
  stream: string,
  after: number | undefined,
): Promise<ConsumerMessages> => {
  const { DeliverPolicy } = await loadJetStream();
  const consumer = await js.consumers.get(
    stream,
    after === undefined
      ? { deliver_policy: DeliverPolicy.All }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 },
  );
  return consumer.consume({ max_messages: AHEAD });
};

/** The error of a stream whose messages are not those that were read before. */
const mismatch = (stream: string, problem: string): HeadwaterError =>
  new HeadwaterError(
    'HW_BROKER',
    `The stream ${stream} cannot be read on: ${problem}. ` +
      'Publish the model again to start at the first message of the stream.',
    { where: stream },
  );

/**
 * The messages of a JetStream stream in order, read by an ordered consumer. The server stores no state of the reader.
 *
 * The client loses such a consumer when its server fails, and then often waits for more than a minute. So if no message
 * arrives for a few seconds although the stream has one, another consumer reads on behind the last message. Requests
 * that nobody answers are repeated for half a minute.
 *
 * Errors: `HW_USAGE` if the client is not installed; `HW_BROKER` if the stream cannot be read, messages after `after`
 * were removed before they were read, or the stream ends before `after`, as one that was made again.
 */
export const jetStreamLog = async function* ({
  connection,
  stream,
  after,
  once = false,
  scheduler = asyncScheduler,
}: JetStreamLogOptions): AsyncGenerator<LoggedMessage> {
  const { jetstream } = await loadJetStream();
  const opened = await openConnection(connection);
  const electing = { events: undefined, server: opened.getServer(), scheduler };
  const asked = <T>(request: () => Promise<T>): Promise<T> => whileElecting(request, electing);
  /** The next message; `quiet` if none arrives. */
  const nextOf = (next$: Observable<IteratorResult<JsMsg, unknown>>) =>
    firstValueFrom(race(next$, timer(QUIET_MS, scheduler).pipe(map(() => 'quiet' as const))));
  try {
    const js = jetstream(opened);
    const manager = await asked(() => js.jetstreamManager());
    let position = after;
    /** The last message of the stream. It is asked again for a while if it is one before those that were read. */
    const lastSequence = async (): Promise<number> => {
      let isBehind = false;
      return whileElecting(
        async () => {
          const { first_seq: first, last_seq: last } = (await manager.streams.info(stream)).state;
          if (position === undefined) return last;
          if (first > position + 1)
            throw mismatch(stream, `messages ${position + 1} to ${first - 1} were removed before they were read`);
          isBehind = last < position;
          if (isBehind) throw mismatch(stream, `it was read up to message ${position}, but ends at message ${last}`);
          return last;
        },
        // A server that has just become the leader may not know the last messages yet.
        { ...electing, isTemporary: (error) => isBehind || isTemporary(error) },
      );
    };
    /** Whether there is a message to read. The last ones may have been removed, and the stream still counts them. */
    const hasMore = (): Promise<boolean> => {
      const query = { seq: (position ?? 0) + 1, next_by_subj: '>' };
      // If there is no answer, or none is allowed, another consumer finds out.
      return manager.streams.getMessage(stream, query).then(
        (found) => found !== null,
        () => true,
      );
    };
    const end = await lastSequence();
    if (once && end <= (after ?? 0)) return;
    for (;;) {
      const messages = await asked(() => openMessages(js, stream, position));
      const iterator = messages[Symbol.asyncIterator]();
      try {
        // Subscribed to its promise once, and not again after each quiet time: a promise keeps all its handlers.
        const following = () => from(iterator.next()).pipe(shareReplay(1));
        for (let next$ = following(); ;) {
          const found = await nextOf(next$);
          if (found === 'quiet') {
            const last = await lastSequence();
            if (last <= (position ?? 0)) continue;
            if (await hasMore()) break;
            if (once && last >= end) return;
            continue;
          }
          if (found.done === true) throw new Error('the connection was closed');
          const { seq, data } = found.value;
          position = seq;
          yield { position, value: data };
          if (once && seq >= end) return;
          next$ = following();
        }
      } finally {
        // It is closed once its iterator has ended.
        const closed = messages.close();
        await iterator.return?.();
        await closed;
      }
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_BROKER',
      `The stream ${stream} cannot be read: ${reasonOf(cause)}. ` +
        connectionAdvice(cause, "Check the stream's name and the server's log."),
      { cause, where: stream },
    );
  } finally {
    await closeOwn(opened, connection);
  }
} satisfies (options: JetStreamLogOptions) => MessageLog;
