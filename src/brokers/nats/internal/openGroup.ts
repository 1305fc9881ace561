import type { Consumer, ConsumerInfo, JetStreamClient, JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { JetStreamHeadlinesOptions } from '../JetStreamHeadlinesOptions.js';
import { checkConsumer } from './checkConsumer.js';
import { nanoseconds } from './consumerLimits.js';
import { loadJetStream } from './loadJetStream.js';
import { isTemporary } from './whileElecting.js';

/** A group, and the settings of its consumer if that does not exist yet. */
type GroupOptions = Pick<JetStreamHeadlinesOptions, 'stream' | 'group' | 'subject'> &
  Readonly<Record<'maxAckPending' | 'ackWait' | 'maxAttempts', number>>;

/** The consumer of a group. */
export interface OpenedGroup {
  readonly consumer: Consumer;
  /** What the server says about it. */
  readonly info: ConsumerInfo;
  /** What the server says about its stream; undefined if the user may not ask that. */
  readonly stream: StreamInfo | undefined;
}

/** Opens the consumer of a group. The first worker makes it; the others find it. */
export const openGroup = async (
  js: JetStreamClient,
  manager: JetStreamManager,
  { stream, group, subject, maxAckPending, ackWait, maxAttempts }: GroupOptions,
): Promise<OpenedGroup> => {
  const { AckPolicy, DeliverPolicy } = await loadJetStream();
  const found = await manager.consumers.info(stream, group).catch((error: unknown) => {
    if (isTemporary(error)) throw error;
    return undefined;
  });
  if (found !== undefined) checkConsumer(found.config, { stream, group }, maxAttempts);
  const info =
    found ??
    (await manager.consumers.add(stream, {
      durable_name: group,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: maxAckPending,
      ack_wait: nanoseconds(ackWait),
      ...(subject !== undefined && { filter_subject: subject }),
    }));
  return {
    consumer: await js.consumers.get(stream, group),
    info,
    // A worker needs no permission to ask about the stream.
    stream: await manager.streams.info(stream).catch(() => undefined),
  };
};
