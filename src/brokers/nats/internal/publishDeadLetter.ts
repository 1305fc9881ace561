import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { LONGEST_REASON, SHORT_BYTES } from '../../internal/deadLetterLimits.js';
import { isTooLarge } from './isTooLarge.js';
import { messageId } from './messageId.js';
import { needsNats } from './needsNats.js';

/** Where a message comes from, why it was given up, and where its dead letter goes. */
export interface Burial {
  readonly to: string;
  readonly id: string;
  readonly group: string;
  readonly reason: string;
  /** The address of the stream. */
  readonly source: string;
}

/**
 * Stores a message as a dead letter, with the reason and its place in headers. If the server refuses it for its size,
 * the dead letter has the first 16 KiB of the message, and else nothing of it.
 */
export const publishDeadLetter = async (
  js: JetStreamClient,
  { data, subject }: JsMsg,
  { to, id, group, reason, source }: Burial,
): Promise<void> => {
  const { headers } = await needsNats(() => import('@nats-io/transport-node'), ['headers']);
  for (const kept of [data, data.subarray(0, SHORT_BYTES), new Uint8Array()]) {
    const place = headers();
    place.set('Headwater-Reason', reason.slice(0, LONGEST_REASON).replaceAll(/[\r\n]+/g, ' '));
    place.set('Headwater-Source', source);
    place.set('Headwater-Id', id);
    place.set('Headwater-Subject', subject);
    if (kept.length < data.length) place.set('Headwater-Bytes', String(data.length));
    try {
      await js.publish(to, kept, { msgID: `dead:${messageId(to, { group, id })}`, headers: place });
      return;
    } catch (error) {
      if (!isTooLarge(error) || kept.length === 0) throw error;
    }
  }
};
