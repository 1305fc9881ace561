import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream';
import type { WorkEvent } from '../../WorkEvent.js';

type Lost = Extract<WorkEvent, { readonly type: 'lost' }>;

/**
 * The messages that a stream has removed before the group of a consumer received them.
 *
 * Each first delivery takes the consumer one message further in the stream. What it goes further than that was not
 * there any more. Messages that are delivered again make the result smaller, so it may be too small, but not too large.
 */
export class Losses {
  /** How far the consumer is ahead of its deliveries; undefined if that says nothing. */
  #ahead: number | undefined;
  /** The last message of the stream that was delivered. */
  #last = 0;
  /** When the consumer was made, which differs from that of another of the same name. */
  #created = '';

  /**
   * Begins with a consumer, as it is now.
   *
   * @param found undefined if nothing is known about the stream
   * @returns the messages that were removed since the last delivery
   */
  begin(consumer: ConsumerInfo, found: StreamInfo | undefined): Lost | undefined {
    const { config, created, delivered, stream_name: stream } = consumer;
    this.#ahead = undefined;
    this.#created = created;
    this.#last = delivered.stream_seq;
    // Streams of the other kinds remove a message once it is acknowledged.
    if (found?.config.retention !== 'limits') return undefined;
    const removed = Math.max(0, found.state.first_seq - delivered.stream_seq - 1);
    // A consumer with a filter passes over the other messages.
    if ((config.filter_subject ?? '') === '' && (config.filter_subjects ?? []).length === 0)
      this.#ahead = delivered.stream_seq - delivered.consumer_seq + removed;
    return removed === 0
      ? undefined
      : {
          type: 'lost',
          id: stream,
          messages: removed,
          reason:
            `messages ${delivered.stream_seq + 1} to ${found.state.first_seq - 1} were removed ` +
            'from the stream before they were read',
        };
  }

  /** The messages that were removed since it was last asked. */
  since({ created, delivered, stream_name: stream }: ConsumerInfo): Lost | undefined {
    if (this.#ahead === undefined || created !== this.#created) return undefined;
    // Until the next first delivery, the consumer has not passed what was found missing at the beginning.
    if (delivered.stream_seq === this.#last) return undefined;
    const ahead = delivered.stream_seq - delivered.consumer_seq;
    const messages = ahead - this.#ahead;
    this.#ahead = ahead;
    this.#last = delivered.stream_seq;
    if (messages <= 0) return undefined;
    const reason =
      `${messages} messages before message ${delivered.stream_seq} were removed ` +
      'from the stream before they were read';
    return { type: 'lost', id: stream, messages, reason };
  }
}
