import { hasApiId } from './hasApiId.js';

/** A message for the producer. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key?: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when the broker refuses this message for its size. Throws the error if it cannot be sent in any form. */
  readonly refused: (error: unknown) => void;
}

/** The initial maximum size of a batch of records, in bytes: half the default limit of brokers. */
const BATCH_BYTES = 524_288;
/** The maximum size of a record without its key, value and headers, in bytes. */
const OVERHEAD = 100;

const bytesOf = ({ key, value, headers }: OutgoingMessage): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + Buffer.byteLength(text),
    OVERHEAD + (key?.length ?? 0) + value.length,
  );

/**
 * Divides messages into groups of at most `most` bytes, in order; a larger message is a group of its own. A broker
 * refuses a batch of records that exceeds its `message.max.bytes`, and the client sends the messages of one call as one
 * batch.
 */
const messageGroups = (messages: readonly OutgoingMessage[], most: number): readonly (readonly OutgoingMessage[])[] => {
  const groups: OutgoingMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const own = bytesOf(message);
    if (bytes + own > most) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(message);
    bytes += own;
  }
  return groups;
};

/** The messages as the client takes them. */
export const records = (messages: readonly OutgoingMessage[]) =>
  messages.map(({ topic, key, value, headers }) => ({ topic, value, headers, ...(key !== undefined && { key }) }));

/** Divides messages into groups that become smaller when the broker refuses one for its size. */
export class MessageGroups {
  #most = BATCH_BYTES;

  of(messages: readonly OutgoingMessage[]): readonly (readonly OutgoingMessage[])[] {
    return messageGroups(messages, this.#most);
  }

  /**
   * Handles the error of sending a group. A single message that the broker refused for its size is told so (`refused`);
   * after the refusal of several, later groups are smaller.
   *
   * @returns false if the error is another one
   */
  refuse(group: readonly OutgoingMessage[], error: unknown): boolean {
    if (!hasApiId(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) return false;
    const [only] = group;
    if (group.length === 1) only?.refused(error);
    else this.#most = Math.max(1, Math.floor(this.#most / 2));
    return true;
  }
}
