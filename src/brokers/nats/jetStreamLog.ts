import type { NatsConnection } from '@nats-io/transport-node';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { LoggedMessage, LogOptions, MessageLog } from '../MessageLog.js';
import { loadJetStream } from './internal/loadJetStream.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';

/** Options of `jetStreamLog`. */
export interface JetStreamLogOptions extends LogOptions {
  /** A connection, which stays open; or a function that opens one, which is closed at the end. */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  readonly stream: string;
}

/** The number of messages that the client requests in advance. */
const AHEAD = 256;

/**
 * The messages of a JetStream stream in order, read by an ordered consumer. The server stores no state of the reader.
 *
 * Errors: `HW_USAGE` if the client is not installed; `HW_BROKER` if the stream cannot be read.
 */
export const jetStreamLog = async function* ({
  connection,
  stream,
  after,
  once = false,
}: JetStreamLogOptions): AsyncGenerator<LoggedMessage> {
  const { DeliverPolicy, jetstream } = await loadJetStream();
  const opened = await openConnection(connection);
  try {
    const js = jetstream(opened);
    const { state } = await (await js.jetstreamManager()).streams.info(stream);
    if (once && state.last_seq <= (after ?? 0)) return;
    const consumer = await js.consumers.get(
      stream,
      after === undefined
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 },
    );
    const messages = await consumer.consume({ max_messages: AHEAD });
    try {
      for await (const { seq, data } of messages) {
        yield { position: seq, value: data };
        if (once && seq >= state.last_seq) return;
      }
    } finally {
      await messages.close();
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_BROKER',
      `The stream ${stream} cannot be read: ${reasonOf(cause)}. Check the stream's name and the server's log.`,
      { cause, where: stream },
    );
  } finally {
    await closeOwn(opened, connection);
  }
} satisfies (options: JetStreamLogOptions) => MessageLog;
